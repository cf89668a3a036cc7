// Runs in the page: photos that are chosen, dropped or pasted pass here before Streamlit's uploader gets them.
const UPLOADER = '[data-testid="stFileUploaderDropzone"]';
const INPUT = '[data-testid="stFileUploaderDropzoneInput"]:not([disabled])';

// Events that have passed here already, with the files as they are to be uploaded.
const passed = new WeakSet();

// Megabits a second at which this page was loaded, for browsers that tell nothing about the network; undefined where the
// page came from their cache.
function loadingSpeed() {
  const files = performance.getEntriesByType("resource").filter((file) => file.transferSize > 20_000);
  const times = files.map((file) => [file.requestStart, file.responseEnd]).sort(([a], [b]) => a - b);
  let milliseconds = 0, until = 0;
  for (const [start, end] of times) {
    milliseconds += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  const bits = files.reduce((sum, file) => sum + file.transferSize * 8, 0);
  return milliseconds ? bits / milliseconds / 1000 : undefined;
}

function isNetworkSlow(data) {
  const network = navigator.connection;
  if (!network) return loadingSpeed() < data.megabits;
  return network.saveData || /2g|3g/.test(network.effectiveType) || network.downlink < data.megabits;
}

// The picture as a JPEG of at most so many pixels on its longest side.
function jpeg(picture, { side, quality }) {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  // JPEG knows no transparency, and print on tags is mostly dark.
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
}

async function shrunk(file, data) {
  if (file.size <= data.enough || !/^image[/](jpeg|png|webp|heic|heif)$/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    let small = null;
    for (const step of data.steps) {
      small = await jpeg(picture, step);
      if (small && small.size <= data.enough) break;
    }
    picture.close();
    if (!small || small.size >= file.size) return file;
    return new File([small], file.name.replace(/[.][^.]*$/, "") + ".jpg", { type: "image/jpeg" });
  } catch (error) {
    // Of a kind that this browser does not decode; the backend may.
    return file;
  }
}

async function transferOf(files, data) {
  const transfer = new DataTransfer();
  const isSlow = isNetworkSlow(data);
  for (const file of files) transfer.items.add(isSlow ? await shrunk(file, data) : file);
  return transfer;
}

function choose(input, files) {
  input.files = files;
  const event = new Event("change", { bubbles: true });
  passed.add(event);
  input.dispatchEvent(event);
}

async function changed(event, data) {
  const input = event.target;
  if (passed.has(event) || !(input instanceof HTMLInputElement) || !input.matches(INPUT)) return;
  if (!isNetworkSlow(data)) return;
  event.stopImmediatePropagation();
  choose(input, (await transferOf([...input.files], data)).files);
}

async function dropped(event, data) {
  const uploader = event.target instanceof Element ? event.target.closest(UPLOADER) : null;
  if (passed.has(event) || !uploader || !isNetworkSlow(data)) return;
  const files = [...event.dataTransfer.files];
  event.preventDefault();
  event.stopImmediatePropagation();
  const again = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: await transferOf(files, data) });
  passed.add(again);
  uploader.dispatchEvent(again);
}

async function pasted(event, data) {
  const images = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  const input = document.querySelector(INPUT);
  if (!images.length || !input) return;
  // A text field gets the text, where there is one beside the picture.
  const field = event.target instanceof Element ? event.target.closest("input, textarea, [contenteditable]") : null;
  if (field && field !== input && event.clipboardData.getData("text/plain")) return;
  event.preventDefault();
  choose(input, (await transferOf(input.multiple ? images : images.slice(0, 1), data)).files);
}

export default function (component) {
  const { parentElement, data } = component;
  // Called again whenever the page runs.
  parentElement.stopListening?.();
  const listening = new AbortController();
  const options = { capture: true, signal: listening.signal };
  document.addEventListener("change", (event) => changed(event, data), options);
  document.addEventListener("drop", (event) => dropped(event, data), options);
  document.addEventListener("paste", (event) => pasted(event, data), options);
  parentElement.stopListening = () => listening.abort();
  return () => listening.abort();
}
