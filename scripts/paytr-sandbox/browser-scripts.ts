/** Tells the merchant's page how tall this page is, as PayTR's own payment page does for its resizer. */
export const FRAME_HEIGHT_SCRIPT = `if (window.parent !== window) {
  const report = () => {
    const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
    window.parent.postMessage({ paytrSandboxHeight: height }, '*');
  };
  new ResizeObserver(report).observe(document.documentElement);
  report();
}
`;

/**
 * Replaces https://www.paytr.com/js/iframeResizer.min.js: the same call and the same effect, nothing more.
 */
export const IFRAME_RESIZER_SCRIPT = `window.iFrameResize = (_options, target) => {
  const frames = typeof target === 'string' ? [...document.querySelectorAll(target)] : [target];
  window.addEventListener('message', (event) => {
    const frame = frames.find((each) => each.contentWindow === event.source);
    const height = event.data?.paytrSandboxHeight;
    if (frame && Number.isFinite(height)) frame.style.height = height + 'px';
  });
  return frames;
};
`;
