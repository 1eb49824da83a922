// One picture made of two, and a line between them; a slider moves it, and so does a pointer on the picture.
function build({ element, state, ask }) {
  const shown = picture(360, "");
  shown.style.touchAction = "pan-y";
  shown.style.cursor = "ew-resize";
  const mark = make("div", { className: "lt-split-line" });
  const line = slider("line", { min: 0, max: 100, step: 1, value: state.line, written: (n) => `${n} %` }, (place) => to(place));
  const to = (place) => {
    line.set(place);
    ask({ line: place });
  };
  let dragging = false;
  const follow = (event) => {
    const box = shown.getBoundingClientRect();
    to(Math.round(Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * 100));
  };
  shown.addEventListener("pointerdown", (event) => {
    dragging = true;
    try { shown.setPointerCapture(event.pointerId); } catch { /* a pointer that is gone already */ }
    follow(event);
  });
  shown.addEventListener("pointermove", (event) => { if (dragging) follow(event); });
  for (const name of ["pointerup", "pointercancel"]) shown.addEventListener(name, () => { dragging = false; });
  const controls = row(line);
  element.append(controls, row(make("div", { className: "lt-split" }, shown, mark)));
  let begun = false;
  return (frame) => {
    if (!begun) { // what there is to choose from comes with the first frame
      begun = true;
      if (frame.count > 1) {
        const options = { min: 0, max: frame.count - 1, step: 1, value: state.image, written: (n) => String(n + 1) };
        controls.prepend(slider("picture", options, (image) => ask({ image })));
      }
      if (frame.lefts.length > 1) {
        controls.append(choice("on the left", frame.lefts.map((name) => [name, name]), state.left, (left) => ask({ left })));
      }
    }
    mark.style.left = `${frame.line}%`;
    paint(shown, frame.image, frame.words);
  };
}
