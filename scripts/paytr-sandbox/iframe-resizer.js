// Stands in for https://www.paytr.com/js/iframeResizer.min.js: the same call, the same effect, nothing more.
window.iFrameResize = (_options, target) => {
  const frames = typeof target === 'string' ? [...document.querySelectorAll(target)] : [target];
  window.addEventListener('message', (event) => {
    const frame = frames.find((each) => each.contentWindow === event.source);
    const height = event.data?.paytrSandboxHeight;
    if (frame && Number.isFinite(height)) frame.style.height = `${height}px`;
  });
  return frames;
};
