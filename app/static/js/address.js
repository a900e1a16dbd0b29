// An e-mail address in its one spelling (email:v1), or why it is none: as partners/audiences/blinding/tokens.py answers.

import { toAscii } from "./idna.js";

const HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const OUTER_SPACE = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "gu");
const LOCAL = new RegExp(`^[^${SPACE}()<>\\[\\]:;@\\\\,"]{1,64}$`, "u");
const UNPRINTABLE = /[\p{C}\p{Z}]/u;

const GMAIL = new Set(["gmail.com", "googlemail.com"]);

// Accounts of a function, not of a person: RFC 2142, and what shops and mailing programs use.
const ROLES = new Set([
  "info", "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "marketing", "sales", "support", "abuse",
  "noc", "security", "postmaster", "hostmaster", "usenet", "news", "webmaster", "www", "uucp", "ftp", "mailer-daemon",
  "admin", "administrator", "contact", "office", "newsletter",
]);

const hosts = new Map(); // as they were written -> normalised, because most people are at few hosts
const HOSTS_KEPT = 65536;

// Returns { address } or { reason }.
export function normalised(raw) {
  const value = raw.normalize("NFKC").replace(OUTER_SPACE, "").toLowerCase();
  const at = value.indexOf("@");
  let local = at < 0 ? value : value.slice(0, at);
  let host = at < 0 ? "" : normalisedHost(value.slice(at + 1));
  const isAddress = host && LOCAL.test(local) && !UNPRINTABLE.test(local);
  if (GMAIL.has(host)) [local, host] = [local.split("+")[0].replaceAll(".", ""), "gmail.com"];
  if (!isAddress || !local) return { reason: value ? "not_an_email" : "empty" };
  if (ROLES.has(local) || (local.includes("+") && ROLES.has(local.split("+")[0]))) return { reason: "role_account" };
  return { address: `${local}@${host}` };
}

// A host in lower case as ASCII; empty for what is none.
function normalisedHost(host) {
  if (HOST.test(host) && !host.includes("xn--")) return host;
  if (!hosts.has(host)) {
    if (hosts.size >= HOSTS_KEPT) hosts.clear();
    const ascii = toAscii(host.replace(/\.$/, "").replace(/\u3002$/u, ""));
    hosts.set(host, HOST.test(ascii) ? ascii : "");
  }
  return hosts.get(host);
}
