// Tells the merchant's page how tall this page is, as PayTR's own payment page does for its resizer.
if (window.parent !== window) {
  const report = () => {
    const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
    window.parent.postMessage({ paytrSandboxHeight: height }, '*');
  };
  new ResizeObserver(report).observe(document.documentElement);
  report();
}
