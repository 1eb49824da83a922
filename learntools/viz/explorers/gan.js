// The plane: D's surface as colours, real points as rings, G's as discs.
function build({ element, state, ask }) {
  const WIDE = 340;
  const plane = make("canvas", { className: "lt-picture", width: WIDE, height: WIDE, role: "img", "aria-label": "the plane",
    style: `width:${WIDE}px;image-rendering:auto` });
  const surface = make("canvas", {});
  let playing = false;
  const play = button("Play", () => {
    playing = !playing;
    play.textContent = playing ? "Pause" : "Play";
    play.setAttribute("aria-pressed", String(playing));
    ask({ run: playing ? 5 : 0 });
  });
  play.setAttribute("aria-pressed", "false");
  const one = button("One step", () => ask({ run: 1 }));
  const again = button("Start again", () => ask({ round: state.round + 1, run: playing ? 5 : 0 }));
  const rate = (label, name) => slider(label, {
    min: -5, max: -1, step: 0.25, value: state[name], written: (n) => (10 ** n).toPrecision(2),
  }, (number) => ask({ [name]: number, run: playing ? 5 : 0 }));
  const shapes = [["ring", "eight spots on a ring"], ["moons", "two moons"], ["line", "a line"]];
  const real = choice("real points", shapes, state.real, (shape) => ask({ real: shape, run: playing ? 5 : 0 }));
  const meaning = (colour, text) => make("span", {}, make("span", { className: "lt-swatch", "aria-hidden": "true",
    style: `background:${colour}` }), text);
  const key = make("div", {}, row(make("span", {}, "points: ○ real"), make("span", {}, "● made by G")),
    row(meaning("#4c99e6", "D says: real"), meaning("#f29959", "D says: fake")));
  const controls = make("div", {}, row(play, one, again), row(rate("learning rate of D", "rate_d")),
    row(rate("learning rate of G", "rate_g")), row(real), key);
  element.append(row(plane, controls));
  const dots = (pen, { shape, data }, reach, colour, filled) => {
    for (let i = 0; i < shape[0]; i += 1) {
      pen.beginPath();
      pen.arc((data[2 * i] / reach + 1) * WIDE / 2, (1 - data[2 * i + 1] / reach) * WIDE / 2, 3, 0, 2 * Math.PI);
      if (filled) Object.assign(pen, { fillStyle: colour }).fill();
      else Object.assign(pen, { strokeStyle: colour, lineWidth: 1.4 }).stroke();
    }
  };
  return (frame) => {
    paint(surface, frame.surface);
    const pen = plane.getContext("2d");
    pen.drawImage(surface, 0, 0, WIDE, WIDE);
    dots(pen, frame.real, frame.reach, "#063b70", false);
    dots(pen, frame.fake, frame.reach, "#8a2c06", true);
    plane.setAttribute("aria-label", frame.words);
    if (playing && element.isConnected) requestAnimationFrame(() => playing && ask({ run: 5 }));
  };
}
