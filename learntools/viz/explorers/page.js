// What all explorers share: one question to Python at a time, pictures on a canvas, and labelled controls.
// The file of an explorer defines `build(page)`, which fills `page.element` and returns `show(frame)`.

function unpacked({ values, arrays }, buffers) {
  const frame = { ...values };
  arrays.forEach(({ name, shape, kind }, index) => {
    const view = buffers[index];
    const bytes = new Uint8Array(view.buffer ? view.buffer : view, view.byteOffset ?? 0, view.byteLength).slice();
    frame[name] = { shape, data: kind === "float32" ? new Float32Array(bytes.buffer) : bytes };
  });
  return frame;
}

// Asks for frames. Only the newest wish is kept while an answer is on its way.
function connection(model, show, complain) {
  const view = Math.random().toString(36).slice(2);
  let [waiting, wanted, number, timer] = [false, null, 0, null];
  const next = () => {
    if (waiting || wanted === null) return;
    waiting = true;
    number += 1;
    model.send({ view, number, state: wanted });
    wanted = null;
    timer = setTimeout(() => complain("Python does not answer yet. If it has ended, run this cell again."), 5000);
  };
  const hear = (message, buffers) => {
    if (message.view !== view || message.number !== number) return;
    clearTimeout(timer);
    waiting = false;
    complain(message.error ?? "");
    if (!message.error) show(unpacked(message, buffers));
    next();
  };
  model.on("msg:custom", hear);
  return {
    ask: (state) => {
      wanted = { ...state };
      next();
    },
    close: () => {
      clearTimeout(timer);
      model.off("msg:custom", hear);
    },
  };
}

// JupyterLab would take arrow keys and letters for itself, wherever the focus is on anything but a line of text.
const OPERATED = new Set(["button", "canvas", "input", "select"]);

function make(kind, properties = {}, ...children) {
  const node = document.createElement(kind);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node && name !== "role" && name !== "style") node[name] = value;
    else node.setAttribute(name, value);
  }
  if (OPERATED.has(kind)) node.setAttribute("data-lm-suppress-shortcuts", "true");
  node.append(...children);
  return node;
}

const row = (...children) => make("div", { className: "lt-row" }, ...children);

function button(label, act, title = "") {
  const node = make("button", { type: "button", className: "lt-button", textContent: label, title });
  node.addEventListener("click", act);
  return node;
}

function slider(label, { min, max, step, value, written = (number) => String(number) }, act) {
  const input = make("input", { type: "range", min, max, step, value, "aria-label": label });
  const output = make("output", { textContent: written(value) });
  input.addEventListener("input", () => {
    output.textContent = written(Number(input.value));
    act(Number(input.value));
  });
  const node = make("label", { className: "lt-control" }, make("span", { textContent: label }), input, output);
  node.set = (number) => {
    input.value = number;
    output.textContent = written(number);
  };
  node.limit = (most) => {
    input.max = most;
  };
  return node;
}

function choice(label, options, value, act) {
  const texts = options.map(([key, text]) => make("option", { value: key, textContent: text }));
  const select = make("select", { "aria-label": label }, ...texts);
  select.value = value;
  select.addEventListener("change", () => act(select.value));
  return make("label", { className: "lt-control" }, make("span", { textContent: label }), select);
}

function picture(width, label) {
  return make("canvas", { className: "lt-picture", role: "img", "aria-label": label, style: `width:${width}px` });
}

function paint(canvas, { shape, data }, label) {
  const [height, width, channels] = shape;
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const pixels = new ImageData(width, height);
  for (let i = 0; i < width * height; i += 1) {
    for (let c = 0; c < 3; c += 1) pixels.data[4 * i + c] = data[channels === 3 ? 3 * i + c : i];
    pixels.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  if (label) canvas.setAttribute("aria-label", label);
}

export default {
  render({ model, el }) {
    const element = make("section", { className: "lt-explorer", "aria-label": model.get("title") });
    const words = make("p", { className: "lt-words", "aria-live": "polite" });
    const trouble = make("p", { className: "lt-trouble", role: "alert", hidden: true });
    const complain = (sentence) => {
      trouble.textContent = sentence;
      trouble.hidden = !sentence;
    };
    element.append(make("strong", { className: "lt-title", textContent: model.get("title") }));
    const state = { ...model.get("state") };
    let show = () => {};
    const seen = (frame) => {
      if ("words" in frame) words.textContent = frame.words;
      show(frame);
      element.dataset.frames = Number(element.dataset.frames ?? 0) + 1;
    };
    const link = connection(model, seen, complain);
    const ask = (change = {}) => link.ask(Object.assign(state, change));
    show = build({ element, state, ask });
    element.append(words, trouble);
    el.append(element);
    const first = model.get("first");
    seen(unpacked(first, first.buffers));
    return () => link.close();
  },
};
