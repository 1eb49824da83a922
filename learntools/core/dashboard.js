// The dashboard's HTML, redrawn whenever it changes; what the learner has unfolded stays unfolded.
const name = (lesson) => lesson.querySelector("b").textContent;

export default {
  render({ model, el }) {
    const node = document.createElement("section");
    node.className = "lt-progress";
    node.setAttribute("aria-label", "Your progress");
    const page = document.createElement("div");
    const advice = document.createElement("p");
    advice.className = "lt-advice";
    advice.setAttribute("aria-live", "polite");
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Look again";
    again.title = "Count what other notebooks have checked meanwhile";
    again.setAttribute("data-lm-suppress-shortcuts", "true");
    again.addEventListener("click", () => model.send({}));
    const chosen = new Map(); // lessons that the learner has folded or unfolded
    let proposed = new Set();
    const draw = () => {
      page.innerHTML = model.get("page");
      const lessons = [...page.querySelectorAll("details")];
      const opened = new Set(lessons.filter((lesson) => lesson.open).map(name));
      for (const key of opened) if (!proposed.has(key)) chosen.delete(key); // the learner has come to this lesson
      proposed = opened;
      for (const lesson of lessons) {
        lesson.open = chosen.get(name(lesson)) ?? lesson.open;
        const line = lesson.querySelector("summary");
        line.addEventListener("click", () => chosen.set(name(lesson), !lesson.open));
        line.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab would take Enter and space for itself
      }
      advice.textContent = model.get("advice");
    };
    model.on("change:page", draw);
    draw();
    node.append(page, again, advice);
    el.append(node);
    return () => model.off("change:page", draw);
  },
};
