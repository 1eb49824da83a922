// A grid of images with a button for each row.
function build({ element, state, ask }) {
  const [one, grid] = [picture(200, "the chosen class"), picture(270, "classes by noise")];
  const names = make("div", { className: "lt-names", role: "group", "aria-label": "classes" });
  const noise = slider("noise", { min: 0, max: 99, step: 1, value: state.seed }, (seed) => ask({ seed }));
  const spread = slider("spread of the noise", {
    min: 0, max: 2, step: 0.1, value: state.spread, written: (n) => n.toFixed(1),
  }, (number) => ask({ spread: number }));
  element.append(row(noise, spread), row(one, row(names, grid)));
  return (frame) => {
    if (!names.children.length) {
      const tall = 270 * frame.grid.shape[0] / frame.grid.shape[1];
      names.style.cssText = `display:grid;grid-auto-rows:1fr;height:${tall}px;gap:2px`;
      frame.names.forEach((name, chosen) => names.append(button(name, () => ask({ chosen }))));
      [...names.children].forEach((node) => { node.style.padding = "0 .6em"; });
    }
    [...names.children].forEach((node, index) => node.setAttribute("aria-pressed", String(index === frame.chosen)));
    paint(one, frame.one, frame.names[frame.chosen]);
    paint(grid, frame.grid);
  };
}
