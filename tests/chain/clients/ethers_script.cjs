// What a program that knows ethers and no more sees of an EVM chain, as JSON.
// Called as: ethers_script.cjs NODE_MODULES URL KEY CODE. Names are those of client_script.py.
"use strict";
const { createRequire } = require("node:module");
const { join } = require("node:path");

const [nodeModules, url, key, code] = process.argv.slice(2);
const { JsonRpcProvider, Wallet, toBeHex } = createRequire(join(nodeModules, "x.js"))("ethers");

const RECEIVER = "0x" + "52".repeat(20);
const WORD = toBeHex(5, 32);
const ZERO = toBeHex(0, 32);

async function main() {
  // Without its cache: a nonce of a quarter of a second ago is an old one where a block came between.
  const provider = new JsonRpcProvider(url, undefined, { pollingInterval: 200, cacheTimeout: -1 });
  const wallet = new Wallet(key, provider);
  const seen = { "chain id": Number((await provider.getNetwork()).chainId) };
  Object.assign(seen, await seeTransfer(provider, wallet), await seeContract(provider, wallet));
  Object.assign(seen, await seeBlocks(provider, wallet));
  console.log(JSON.stringify(seen));
  provider.destroy();
}

async function seeTransfer(provider, wallet) {
  const before = await provider.getBalance(RECEIVER);
  const sent = await wallet.sendTransaction({ to: RECEIVER, value: 7n });
  const receipt = await sent.wait();
  const block = await provider.getBlock(receipt.blockNumber);
  return {
    "transfer, two prices (EIP-1559)": {
      status: receipt.status,
      gas: Number(receipt.gasUsed),
      type: receipt.type,
      received: Number((await provider.getBalance(RECEIVER)) - before),
    },
    "a tip is paid on top of the base fee": receipt.gasPrice === block.baseFeePerGas + sent.maxPriorityFeePerGas,
    "refusal, a nonce that was used": await describe(wallet.sendTransaction({ to: RECEIVER, nonce: 0 })),
  };
}

async function seeContract(provider, wallet) {
  const created = await (await wallet.sendTransaction({ data: code })).wait();
  const to = created.contractAddress;
  const receipt = await (await wallet.sendTransaction({ to, data: WORD })).wait();
  const failed = await wallet.sendTransaction({ to, data: ZERO, gasLimit: 100_000n });
  const found = await provider.getLogs({ address: to, fromBlock: created.blockNumber, toBlock: "latest" });
  return {
    "a contract's code": (await provider.getCode(to)).slice(2),
    "gas of its creation": Number(created.gasUsed),
    "gas of a call": Number(receipt.gasUsed),
    "what a call returns": await wallet.call({ to, data: WORD }),
    "estimated gas of a call": Number(await wallet.estimateGas({ to, data: WORD })),
    "what it stored": await provider.getStorage(to, 0),
    "logs of the receipt": receipt.logs.map((log) => log.data),
    "logs that are asked for": found.map((log) => log.data),
    "status of a call that reverts": await describe(failed.wait()),
    "a call that reverts": await describe(wallet.call({ to, data: ZERO })),
  };
}

async function seeBlocks(provider) {
  const history = await provider.send("eth_feeHistory", ["0x2", "latest", [50]]);
  const [latest, finalized, safe] = await Promise.all(
    ["latest", "finalized", "safe"].map((tag) => provider.getBlock(tag)),
  );
  return {
    "fee history": Object.keys(history).sort(),
    "`finalized` is `latest`": Math.abs(latest.number - finalized.number) <= 1,
    "`safe` is `latest`": Math.abs(latest.number - safe.number) <= 1,
  };
}

// Returns whether something succeeds, or what ethers calls its failure.
async function describe(promise) {
  return promise.then(() => "answered", (failure) => `error ${failure.code}`);
}

main();
