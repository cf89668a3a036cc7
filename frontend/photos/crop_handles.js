// streamlit-cropper shows the handles of its box once it is touched: this touches it as soon as it is there, and
// brings the picture into view.

const HANDLE = 16; // CSS pixels; the cropper's handles are 13 wide

// Its handles are outlines of a light blue, lost on light cloth: here they are white with a dark edge.
function fillHandles(frame) {
  const brush = frame.contentWindow.CanvasRenderingContext2D.prototype;
  if (brush.outline) return;
  brush.outline = brush.strokeRect;
  brush.strokeRect = function (left, top, width, height) {
    this.save();
    if (Math.max(width, height) <= HANDLE) {
      Object.assign(this, { fillStyle: "#ffffff", strokeStyle: "#0b5cad", lineWidth: 1.5 });
      this.fillRect(left, top, width, height);
    }
    this.outline(left, top, width, height);
    this.restore();
  };
}

export default function (component) {
  const { parentElement, data } = component;
  if (parentElement.dataset.touched === String(data.of)) return;
  delete parentElement.dataset.touched;
  let timer = null;
  let seen = null;
  const touch = () => {
    const frames = document.querySelectorAll(".st-key-cropper iframe");
    const frame = frames[frames.length - 1];
    const canvas = frame?.contentDocument?.querySelector(".upper-canvas");
    // The cropper makes its canvas twice: only one that stays is touched.
    if (frames.length !== 1 || !canvas || canvas !== seen) {
      seen = canvas;
      timer = setTimeout(touch, 150);
      return;
    }
    parentElement.dataset.touched = data.of;
    // On a phone the button that brings the box stands below the answer, and the picture comes above it. Later boxes
    // are set by sliders and turns, which must not move away.
    if (!parentElement.dataset.shown) {
      const { top, bottom } = frame.getBoundingClientRect();
      if (top < 0 || bottom > window.innerHeight) frame.scrollIntoView({ block: bottom - top > 500 ? "start" : "center" });
    }
    parentElement.dataset.shown = "yes";
    fillHandles(frame);
    const area = canvas.getBoundingClientRect();
    const at = { clientX: area.left + data.x, clientY: area.top + data.y, bubbles: true, button: 0 };
    canvas.dispatchEvent(new MouseEvent("mousedown", at));
    frame.contentDocument.dispatchEvent(new MouseEvent("mouseup", at));
  };
  touch();
  return () => clearTimeout(timer);
}
