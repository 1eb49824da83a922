// A sheet that is drawn on in fine pixels and read in coarse ones, as the network does.
function build({ element, ask }) {
  const WIDE = 320;
  const sheet = make("canvas", { className: "lt-picture lt-sheet", width: WIDE, height: WIDE, tabIndex: 0, role: "img",
    "aria-label": "Sheet. Draw with the mouse, a finger or a pen; or with the keyboard: arrow keys move the pen, " +
      "the space bar puts it down and lifts it.", style: `width:${WIDE}px;cursor:crosshair;touch-action:none` });
  const coloured = picture(WIDE, "the drawing, coloured");
  const pen = sheet.getContext("2d", { willReadFrequently: true });
  let [strokes, drawing, size, ground] = [[], false, 64, null];
  const key = { x: WIDE / 2, y: WIDE / 2, down: false };

  const redraw = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, WIDE, WIDE);
    if (ground) {
      pen.imageSmoothingEnabled = false;
      pen.drawImage(ground, 0, 0, WIDE, WIDE);
    }
    Object.assign(pen, { strokeStyle: "#000", lineWidth: 1.6 * WIDE / size, lineCap: "round", lineJoin: "round" });
    for (const points of strokes) {
      pen.beginPath();
      points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      if (points.length === 1) pen.lineTo(points[0][0] + 0.1, points[0][1]);
      pen.stroke();
    }
  };
  const read = () => {
    const [fine, step] = [pen.getImageData(0, 0, WIDE, WIDE).data, WIDE / size];
    let text = "";
    for (let r = 0; r < size; r += 1) {
      for (let c = 0; c < size; c += 1) {
        let sum = 0;
        for (let y = r * step; y < (r + 1) * step; y += 1) {
          for (let x = c * step; x < (c + 1) * step; x += 1) sum += fine[4 * (y * WIDE + x)];
        }
        text += String.fromCharCode(Math.round(sum / (step * step)));
      }
    }
    return btoa(text);
  };
  const changed = () => {
    redraw();
    ask({ lines: read() });
  };
  const cursor = () => { // where the pen of the keyboard is
    redraw();
    pen.lineWidth = 1.5;
    pen.strokeStyle = key.down ? "#c2410c" : "#0a5cad";
    pen.strokeRect(key.x - 5, key.y - 5, 10, 10);
  };
  const at = (event) => {
    const box = sheet.getBoundingClientRect();
    return [(event.clientX - box.left) * WIDE / box.width, (event.clientY - box.top) * WIDE / box.height];
  };
  sheet.addEventListener("pointerdown", (event) => {
    drawing = true;
    try { sheet.setPointerCapture(event.pointerId); } catch { /* a pointer that is gone already */ }
    strokes.push([at(event)]);
    changed();
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    strokes.at(-1).push(at(event));
    changed();
  });
  for (const name of ["pointerup", "pointercancel"]) sheet.addEventListener(name, () => { drawing = false; });
  const moves = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, -5], ArrowDown: [0, 5] };
  sheet.addEventListener("keydown", (event) => {
    if (!(event.key in moves) && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation(); // the notebook would go to another cell
    if (event.key === " ") {
      key.down = !key.down;
      if (key.down) strokes.push([[key.x, key.y]]);
    } else {
      key.x = Math.min(Math.max(key.x + moves[event.key][0], 0), WIDE);
      key.y = Math.min(Math.max(key.y + moves[event.key][1], 0), WIDE);
      if (key.down) strokes.at(-1).push([key.x, key.y]);
    }
    if (key.down) changed();
    cursor();
  });
  sheet.addEventListener("blur", redraw);
  const undo = button("Undo", () => {
    strokes.pop();
    key.down = false;
    changed();
  });
  const clear = button("Clear", () => {
    [strokes, ground] = [[], null];
    key.down = false;
    changed();
  });
  element.append(row(sheet, coloured), row(undo, clear));
  let begun = false;
  return (frame) => {
    if (!begun) {
      begun = true;
      size = frame.lines.shape[0];
      ground = make("canvas", {});
      paint(ground, frame.lines);
      redraw();
    }
    paint(coloured, frame.coloured, "the drawing, coloured");
  };
}
