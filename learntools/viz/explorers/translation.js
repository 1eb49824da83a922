// Three pictures in a row, a slider for the image and one for the round trips.
function build({ element, state, ask }) {
  const parts = ["x", "there", "back"];
  const shown = parts.map(() => picture(190, ""));
  const names = parts.map(() => make("figcaption", {}));
  const image = slider("image", { min: 0, max: 1, step: 1, value: state.image, written: (n) => String(n + 1) },
    (index) => ask({ image: index }));
  const trips = slider("round trips", { min: 1, max: 3, step: 1, value: state.trips }, (times) => ask({ trips: times }));
  const figures = shown.map((canvas, i) => make("figure", { className: "lt-named" }, canvas, names[i]));
  element.append(row(image, trips), row(...figures));
  return (frame) => {
    image.limit(frame.count - 1);
    image.set(state.image);
    parts.forEach((part, i) => {
      names[i].textContent = frame.names[i];
      paint(shown[i], frame[part], frame.names[i]);
    });
  };
}
