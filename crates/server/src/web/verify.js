// Connects a wallet in the browser (EIP-1193, found by EIP-6963 where there are several),
// has it sign, and keeps the page up to date. Without it the page's forms do the same. What it
// says stands on the page, in the person's language.
"use strict";

const connect = document.getElementById("connect");
const trouble = document.getElementById("trouble");
const steps = document.getElementById("steps");
const found = new Map();

function tell(text) {
  trouble.textContent = text;
  trouble.hidden = !text;
}

async function send(path, fields) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams(fields),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail);
  return body;
}

function hex(text) {
  const bytes = new TextEncoder().encode(text);
  return "0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function chains() {
  const options = document.querySelectorAll("#chain option");
  return Array.from(options, (option) => Number(option.value));
}

async function chosenChain(wallet) {
  const known = chains();
  const current = Number(await wallet.request({ method: "eth_chainId" }));
  if (known.includes(current)) return current;
  const chainId = "0x" + known[0].toString(16);
  await wallet.request({ method: "wallet_switchEthereumChain", params: [{ chainId }] });
  return known[0];
}

async function prove(wallet) {
  tell("");
  connect.disabled = true;
  try {
    const accounts = await wallet.request({ method: "eth_requestAccounts" });
    const wanted = document.getElementById("wanted");
    const same = (account) => account.toLowerCase() === wanted.textContent.toLowerCase();
    const address = wanted ? accounts.find(same) : accounts[0];
    if (!address) throw new Error(trouble.dataset.notOffered);
    const chain = await chosenChain(wallet);
    const { message } = await send("/v/ask", { address, chain_id: chain });
    const signature = await wallet.request({ method: "personal_sign", params: [hex(message), address] });
    await send("/v/sign", { message, signature });
    location.reload();
  } catch (error) {
    tell(said(error));
    connect.disabled = false;
  }
}

// What the server or a wallet's software says, and not what a browser says of itself.
function said(error) {
  if (error.code === 4001) return trouble.dataset.declined;
  const broken = error instanceof TypeError || error instanceof SyntaxError;
  return broken ? trouble.dataset.broken : error.message;
}

function choose() {
  const wallets = Array.from(found.values());
  if (wallets.length === 0 && window.ethereum) return prove(window.ethereum);
  if (wallets.length === 1) return prove(wallets[0].provider);
  const list = document.getElementById("wallets");
  list.replaceChildren(...wallets.map(({ info, provider }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = info.name;
    button.addEventListener("click", () => prove(provider));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
  list.hidden = false;
}

function offer() {
  if (connect && (window.ethereum || found.size > 0)) connect.hidden = false;
}

window.addEventListener("eip6963:announceProvider", (event) => {
  found.set(event.detail.info.uuid, event.detail);
  offer();
});
window.dispatchEvent(new Event("eip6963:requestProvider"));
offer();
if (connect) {
  connect.addEventListener("click", choose);
  if (connect.hidden) document.getElementById("by-hand").open = true;
}

async function refresh() {
  const answer = await fetch("/v/state", { headers: { accept: "application/json" } });
  if (!answer.ok) return;
  const state = await answer.json();
  const { verified, notVerified, notYet } = steps.dataset;
  const not = state.check === "refused" ? notVerified : notYet;
  for (const chain of state.chains) {
    const line = document.querySelector(`[data-chain="${chain.chain_id}"]`);
    if (!line) continue;
    line.classList.toggle("is-done", chain.verified);
    line.querySelector(".stands").textContent = chain.verified ? verified : not;
  }
  const check = state.check || "";
  if (check !== steps.dataset.check || state.link !== steps.dataset.link) location.reload();
}

// Not while somebody writes or signs.
if (steps && !connect) setInterval(() => refresh().catch(() => {}), 1000);
