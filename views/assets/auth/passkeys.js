/**
 * Passkeys: asks the server for a challenge, the browser for an answer, and sends the answer with the form. A form
 * says by data-passkey whether a passkey is used ("get") or made ("create"), and by data-challenge where to ask.
 */

function enhance(form) {
  if (!window.PublicKeyCredential) {
    form.querySelector('[data-no-passkeys]')?.removeAttribute('hidden');
    return;
  }
  const button = form.querySelector('[data-passkey-button]');
  button.hidden = false;
  button.addEventListener('click', () => void send(form, button));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(form, button);
  });
}

async function send(form, button) {
  if (button.disabled || !form.reportValidity()) return;
  button.disabled = true;
  try {
    const credential = await answer(form);
    form.querySelector('[data-passkey-answer]').value = JSON.stringify(asJson(credential));
    form.submit();
  } catch {
    // The person pressed cancel, or the device has no passkey for this site.
    form.querySelector('[data-passkey-failed]')?.removeAttribute('hidden');
    button.disabled = false;
  }
}

async function answer(form) {
  form.querySelector('[data-passkey-failed]')?.setAttribute('hidden', '');
  const response = await fetch(form.dataset.challenge, {
    method: 'POST',
    headers: { accept: 'application/json', 'x-csrf-token': form.elements.namedItem('_csrf').value },
    credentials: 'same-origin',
    redirect: 'error',
  });
  if (!response.ok) throw new Error(`no challenge: ${response.status}`);
  const options = await response.json();
  options.challenge = bytesOf(options.challenge);
  if (form.dataset.passkey === 'get') return navigator.credentials.get({ publicKey: options });
  options.user.id = bytesOf(options.user.id);
  for (const known of options.excludeCredentials) known.id = bytesOf(known.id);
  return navigator.credentials.create({ publicKey: options });
}

/** The form of WebAuthn Level 3, which not every browser can make by itself. */
function asJson(credential) {
  const { response } = credential;
  const optional = (name) => (response[name] ? { [name]: textOf(response[name]) } : {});
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    ...(credential.authenticatorAttachment
      ? { authenticatorAttachment: credential.authenticatorAttachment }
      : {}),
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      ...optional('attestationObject'),
      ...optional('authenticatorData'),
      ...optional('signature'),
      ...optional('userHandle'),
      ...(response.getTransports ? { transports: response.getTransports() } : {}),
    },
  };
}

/** base64url, as WebAuthn writes bytes. */
function textOf(buffer) {
  const text = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function bytesOf(text) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

document.querySelectorAll('form[data-passkey]').forEach(enhance);
