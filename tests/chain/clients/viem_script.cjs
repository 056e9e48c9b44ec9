// What a program that knows viem and no more sees of an EVM chain, as JSON.
// Called as: viem_script.cjs NODE_MODULES URL KEY CODE. Names are those of client_script.py.
"use strict";
const { createRequire } = require("node:module");
const { join } = require("node:path");

const [nodeModules, url, key, code] = process.argv.slice(2);
const load = createRequire(join(nodeModules, "x.js"));
const { createPublicClient, createWalletClient, defineChain, http, numberToHex } = load("viem");
const { privateKeyToAccount } = load("viem/accounts");

const RECEIVER = "0x" + "53".repeat(20);
const WORD = numberToHex(5, { size: 32 });
const ZERO = numberToHex(0, { size: 32 });

const chain = defineChain({
  id: 31337,
  name: "Fieldproof",
  nativeCurrency: { name: "Coin", symbol: "COIN", decimals: 18 },
  rpcUrls: { default: { http: [url] } },
});
const account = privateKeyToAccount(key);
const client = createPublicClient({ chain, transport: http(), pollingInterval: 200 });
const wallet = createWalletClient({ account, chain, transport: http() });

async function main() {
  const seen = { "chain id": await client.getChainId() };
  Object.assign(seen, await seeTransfer(), await seeContract(), await seeBlocks());
  console.log(JSON.stringify(seen));
}

async function seeTransfer() {
  const before = await client.getBalance({ address: RECEIVER });
  const hash = await wallet.sendTransaction({ to: RECEIVER, value: 7n });
  const receipt = await client.waitForTransactionReceipt({ hash });
  const sent = await client.getTransaction({ hash });
  const block = await client.getBlock({ blockNumber: receipt.blockNumber });
  return {
    "transfer, two prices (EIP-1559)": {
      status: receipt.status,
      gas: Number(receipt.gasUsed),
      type: receipt.type,
      received: Number((await client.getBalance({ address: RECEIVER })) - before),
    },
    "a tip is paid on top of the base fee":
      receipt.effectiveGasPrice === block.baseFeePerGas + sent.maxPriorityFeePerGas,
    "refusal, a nonce that was used": await describe(wallet.sendTransaction({ to: RECEIVER, nonce: 0 })),
  };
}

async function seeContract() {
  const created = await wait(wallet.deployContract({ abi: [], bytecode: code }));
  const to = created.contractAddress;
  const receipt = await wait(wallet.sendTransaction({ to, data: WORD }));
  const failed = await wait(wallet.sendTransaction({ to, data: ZERO, gas: 100_000n }));
  const found = await client.getLogs({ address: to, fromBlock: created.blockNumber, toBlock: "latest" });
  return {
    "a contract's code": (await client.getCode({ address: to })).slice(2),
    "gas of its creation": Number(created.gasUsed),
    "gas of a call": Number(receipt.gasUsed),
    "what a call returns": (await client.call({ account, to, data: WORD })).data,
    "estimated gas of a call": Number(await client.estimateGas({ account, to, data: WORD })),
    "what it stored": await client.getStorageAt({ address: to, slot: "0x0" }),
    "logs of the receipt": receipt.logs.map((log) => log.data),
    "logs that are asked for": found.map((log) => log.data),
    "status of a call that reverts": failed.status,
    "a call that reverts": await describe(client.call({ account, to, data: ZERO })),
  };
}

async function seeBlocks() {
  const history = await client.getFeeHistory({ blockCount: 2, rewardPercentiles: [50] });
  const [latest, finalized, safe] = await Promise.all(
    ["latest", "finalized", "safe"].map((blockTag) => client.getBlock({ blockTag })),
  );
  const isNear = (block) => Math.abs(Number(latest.number - block.number)) <= 1;
  return {
    "fee history": Object.keys(history).sort(),
    "`finalized` is `latest`": isNear(finalized),
    "`safe` is `latest`": isNear(safe),
  };
}

async function wait(sent) {
  return client.waitForTransactionReceipt({ hash: await sent });
}

// Returns whether something succeeds, or what viem calls its failure.
async function describe(promise) {
  return promise.then(() => "answered", (failure) => `error ${failure.cause.name}`);
}

main();
