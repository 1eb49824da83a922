// The image, the kernel and the output as tables; the arrow keys step where the slider has the focus.
function build({ element, state, ask }) {
  const tables = { left: make("table", { className: "lt-grid" }), right: make("table", { className: "lt-grid" }) };
  const kernel = make("table", { className: "lt-grid lt-kernel" });
  let steps = 1;
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  };
  const to = (step) => {
    place.set(step);
    ask({ step });
  };
  const turn = (mode) => {
    stop();
    place.set(0);
    ask({ mode, step: 0 });
  };
  const place = slider("step", { min: 0, max: 1, step: 1, value: 0, written: (n) => String(n + 1) }, (step) => {
    stop();
    ask({ step });
  });
  const stride = slider("stride", { min: 1, max: 3, step: 1, value: state.stride }, (number) => {
    stop();
    place.set(0);
    ask({ stride: number, step: 0 });
  });
  const play = button("Play", () => {
    if (timer) return stop();
    play.textContent = "Pause";
    timer = setInterval(() => {
      if (!element.isConnected) return stop();
      return to((state.step + 1) % steps);
    }, 500);
  });
  const mode = choice("show", [["convolution", "convolution"], ["transposed", "transposed convolution"]], state.mode, turn);
  element.append(row(mode, stride), row(place, play), row(tables.left, kernel, tables.right));

  const typed = (r, c, text) => {
    const rows = state.kernel.map((line) => [...line]);
    rows[r][c] = text === "" ? 0 : text;
    ask({ kernel: rows });
  };
  const caption = (text) => make("caption", { textContent: text });
  const fill = (side, frame, name) => {
    const lines = frame[side].map((line, r) =>
      make("tr", {}, ...line.map((text, c) => {
        const { window: w, cell } = frame;
        const inside = w.grid === side && r >= w.row && r < w.row + w.rows && c >= w.column && c < w.column + w.columns;
        const result = cell.grid === side && r === cell.row && c === cell.column;
        return make("td", { textContent: text, className: result ? "lt-result" : inside ? "lt-window" : "" });
      })));
    tables[side].replaceChildren(caption(name), make("tbody", {}, ...lines));
  };
  const fillKernel = (numbers) => {
    if (kernel.contains(document.activeElement)) return; // never under the fingers of somebody who types
    const lines = numbers.map((line, r) =>
      make("tr", {}, ...line.map((number, c) => {
        const input = make("input", { type: "number", step: "any", value: number });
        input.setAttribute("aria-label", `kernel, row ${r + 1}, column ${c + 1}`);
        input.addEventListener("input", () => typed(r, c, input.value));
        return make("td", {}, input);
      })));
    kernel.replaceChildren(caption("kernel (type new numbers)"), make("tbody", {}, ...lines));
  };
  return (frame) => {
    steps = frame.steps;
    state.step = frame.step;
    place.limit(steps - 1);
    place.set(frame.step);
    fill("left", frame, frame.names[0]);
    fill("right", frame, frame.names[1]);
    fillKernel(frame.kernel);
  };
}
