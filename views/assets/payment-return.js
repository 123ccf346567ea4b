/** The gateway returns into its frame on our checkout page: show the result in the whole window instead. */
if (window.top !== window.self) {
  try {
    window.top.location.replace(window.location.href);
  } catch {
    // The outermost window is not ours; the page has a link that opens it there.
  }
}
