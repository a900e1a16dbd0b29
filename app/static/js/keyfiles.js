// Keys in the page: made, named, sealed and opened as partners/audiences/keys/sealed.py does at home, with libsodium.
// Private halves are in memory while the page is open, and in the file that is saved; no request has them.

import sodium from "../vendor/libsodium-0.8.4/libsodium-wrappers.mjs";

const KEY_BYTES = 32;
const NAME_DIGITS = 12;
const BRAND_FILE = "tandem brand key 1";
const SHARES_FILE = "tandem key shares 1";

export class NotAKeyFile extends Error {}

export class NotSealedForYou extends Error {
  constructor(partnership) {
    super(partnership);
    this.partnership = partnership;
  }
}

// Whether the page may compute with keys: browsers let it on https and on this machine itself.
export function isSecure() {
  return window.isSecureContext && Boolean(window.crypto?.subtle);
}

export async function makeBrandKey() {
  await sodium.ready;
  const { publicKey, privateKey } = sodium.crypto_box_keypair();
  return { public: publicKey, private: privateKey };
}

export function brandKeyFile(pair, brand) {
  const parts = { what: BRAND_FILE, brand, public: sodium.to_hex(pair.public), private: sodium.to_hex(pair.private) };
  return written(parts);
}

export async function readBrandKey(text) {
  await sodium.ready;
  try {
    const parts = JSON.parse(text);
    const pair = { public: sodium.from_hex(parts.public), private: sodium.from_hex(parts.private) };
    const isWhole = parts.what === BRAND_FILE && pair.private.length === KEY_BYTES;
    if (isWhole && sodium.to_hex(sodium.crypto_scalarmult_base(pair.private)) === parts.public) return pair;
  } catch {
    // said below
  }
  throw new NotAKeyFile();
}

export function makePartnershipKey() {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES));
}

export async function keyName(key) {
  const named = new Uint8Array([...new TextEncoder().encode("tandem partnership key 1"), ...key]);
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", named))).slice(0, NAME_DIGITS);
}

// Returns the text of the file that is given to the platform: the key sealed to the public key of each side.
export async function sharesFile(key, partnershipId, publicKeys) {
  await sodium.ready;
  const plain = new Uint8Array([...key, ...new TextEncoder().encode(partnershipId)]);
  const sealed = {};
  for (const [partnerId, hex] of Object.entries(publicKeys)) {
    sealed[partnerId] = toBase64(sodium.crypto_box_seal(plain, sodium.from_hex(hex)));
  }
  return written({ what: SHARES_FILE, partnership_id: partnershipId, key: await keyName(key), sealed });
}

// Returns the key in a sealed copy, { partnership_id, partnership, key, sealed } as the file of sealed keys has them.
export async function openKey(pair, copy) {
  await sodium.ready;
  let plain;
  try {
    plain = sodium.crypto_box_seal_open(fromBase64(copy.sealed), pair.public, pair.private);
  } catch {
    throw new NotSealedForYou(copy.partnership);
  }
  const key = plain.slice(0, KEY_BYTES);
  const meant = new TextDecoder().decode(plain.slice(KEY_BYTES));
  if (meant !== copy.partnership_id || (await keyName(key)) !== copy.key) throw new NotSealedForYou(copy.partnership);
  return key;
}

export function toHex(bytes) {
  return sodium.to_hex(bytes);
}

function toBase64(bytes) {
  return sodium.to_base64(bytes, sodium.base64_variants.ORIGINAL);
}

function fromBase64(text) {
  return sodium.from_base64(text, sodium.base64_variants.ORIGINAL);
}

function written(parts) {
  return `${JSON.stringify(parts, null, 2)}\n`;
}
