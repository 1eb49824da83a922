// The sentence as a row of buttons: hover, focus or tap one.
function build({ element, ask }) {
  const image = picture(320, "where the network looked");
  const sentence = make("div", { className: "lt-row", role: "group", "aria-label": "the sentence, word by word" });
  element.append(sentence, image);
  return (frame) => {
    if (!sentence.children.length) {
      frame.sentence.forEach((text, word) => {
        const node = button(text, () => ask({ word }));
        node.addEventListener("pointerenter", () => ask({ word }));
        node.addEventListener("focus", () => ask({ word }));
        sentence.append(node);
      });
    }
    [...sentence.children].forEach((node, index) => node.setAttribute("aria-pressed", String(index === frame.word)));
    paint(image, frame.image, frame.words);
  };
}
