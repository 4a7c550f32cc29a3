// Moves the loading bar while the door's wasm arrives, and brings the page itself behind it.
// Trunk's start script calls these.
const KB = 1024;
// By then the door shows that the page is on its way, and has a place for words.
const OPENING_MS = 1000;

// The names of files hold the hash of their content, and this file has none of its own: they are looked up.
const address = (name) => document.querySelector(`meta[name="${name}"]`).content;

const absent = () => {
  const detail = "Calpost could not be loaded. Check this device’s connection and reload. Nothing was sent or stored.";
  dispatchEvent(new CustomEvent("calpost-absent", { detail }));
};

// The page, loaded and compiled but not started. It may come after what makes the door work: the engine.
const fetchPage = () =>
  Promise.all([
    import(address("calpost-page")),
    fetch(address("calpost-page-wasm"), { priority: "low" }).then((answer) => WebAssembly.compileStreaming(answer)),
  ]);

const openPage = async (arriving) => {
  try {
    // What did not arrive early is asked for once more.
    const [page, module] = await arriving.catch(fetchPage);
    await page.default({ module_or_path: module });
  } catch (error) {
    // A trap is told by the page itself.
    if (!(error instanceof WebAssembly.RuntimeError)) setTimeout(absent, OPENING_MS);
  }
};

export default function arrival() {
  return {
    onStart: () => {},
    onProgress: ({ current, total }) => {
      const bar = document.getElementById("arriving");
      const text = document.getElementById("arrived");
      if (!bar || !text) return;
      // A compressed answer names its compressed length while its bytes are counted unpacked: then there is no measure.
      const isMeasured = total > 0 && current <= total;
      if (isMeasured) {
        bar.max = total;
        bar.value = current;
      } else {
        bar.removeAttribute("value");
      }
      const of = isMeasured ? ` of ${Math.round(total / KB)}` : "";
      text.textContent = `${Math.round(current / KB)}${of} KB. Next time it opens from this device.`;
    },
    onComplete: () => {},
    onSuccess: () => {
      const arriving = fetchPage();
      arriving.catch(() => {});
      addEventListener("calpost-open", () => openPage(arriving), { once: true });
    },
    onFailure: absent,
  };
}
