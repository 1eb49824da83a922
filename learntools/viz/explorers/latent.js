// Two ends with a walk between them, and sliders that push single numbers of z.
function build({ element, state, ask }) {
  const image = picture(200, "the image on the way");
  const strip = picture(620, "nine images from one noise to the other");
  const seed = (label, name) => {
    const input = make("input", { type: "number", min: 0, max: 9999, value: state[name], "aria-label": label });
    input.addEventListener("input", () => input.value !== "" && ask({ [name]: Number(input.value) }));
    const other = button("another", () => {
      input.value = Math.floor(Math.random() * 10000);
      ask({ [name]: Number(input.value) });
    }, `another ${label}`);
    return row(make("label", { className: "lt-control" }, make("span", { textContent: label }), input), other);
  };
  const percent = (share) => `${Math.round(100 * share)} %`;
  const walk = slider("walk", { min: 0, max: 1, step: 0.02, value: state.walk, written: percent }, (share) =>
    ask({ walk: share }));
  const pushes = state.pushes.map((push, index) =>
    slider(`z[${index}]`, { min: -3, max: 3, step: 0.1, value: push, written: (n) => n.toFixed(1) }, (number) => {
      const all = [...state.pushes];
      all[index] = number;
      ask({ pushes: all });
    }));
  const zero = button("push nothing", () => {
    pushes.forEach((push) => push.set(0));
    ask({ pushes: state.pushes.map(() => 0) });
  });
  const controls = make("div", {}, seed("start", "start"), seed("end", "end"), row(walk), ...pushes.map((p) => row(p)),
    row(zero));
  element.append(row(image, controls), strip);
  return (frame) => {
    paint(image, frame.image, frame.words);
    paint(strip, frame.strip);
  };
}
