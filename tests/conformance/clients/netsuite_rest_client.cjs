// npm `netsuite-rest`: oauth-1.0a over the whole URL, no JSON content type, `base_url` as its own option.
const NetsuiteRest = require("netsuite-rest");

const found = [];
const check = (what, expected, seen) => {
  const ok = JSON.stringify(expected) === JSON.stringify(seen);
  const detail = ok ? "" : `expected ${JSON.stringify(expected)}, saw ${JSON.stringify(seen)}`;
  found.push({ check: what, ok, detail });
};

async function refusal(asked) {
  try {
    return [(await asked).statusCode, ""];
  } catch (error) {
    const { statusCode, body } = error.response;
    return [statusCode, JSON.parse(body)["o:errorDetails"][0]["o:errorCode"]];
  }
}

async function talk(ready) {
  const options = {
    consumer_key: ready.consumer_key,
    consumer_secret_key: ready.consumer_secret,
    token: ready.token_id,
    token_secret: ready.token_secret,
    realm: ready.account_id,
    base_url: ready.url,
  };
  const client = new NetsuiteRest(options);
  const path = "query/v1/suiteql";
  const ask = (query, limit, offset, by = client) =>
    by.request({ path: `${path}?limit=${limit}&offset=${offset}`, method: "POST", body: JSON.stringify({ q: query }) });

  check("OPTIONS on everything: its connection test", 204, (await client.request({ path: "*", method: "OPTIONS" })).statusCode);

  const query = "SELECT id, entity FROM transaction WHERE type IN ('CustInvc', 'CustCred') ORDER BY id";
  const ids = new Set();
  let offset = 0;
  let page;
  do {
    page = (await ask(query, 1000, offset)).data;
    page.items.forEach((row) => ids.add(row.id));
    offset += 1000;
  } while (page.hasMore);
  check("all pages until hasMore is false, without a JSON content type", page.totalResults, ids.size);
  check("more than one page", true, ids.size > 1000);

  check("a limit above 1,000", [400, "INVALID_PARAMETER"], await refusal(ask(query, 1001, 0)));
  check("an unknown column", [400, "INVALID_PARAMETER"], await refusal(ask("SELECT nothing FROM transaction", 10, 0)));
  const wrong = new NetsuiteRest({ ...options, consumer_secret_key: "wrong" });
  check("a wrong secret", [401, "INVALID_LOGIN"], await refusal(ask(query, 10, 0, wrong)));

  const journal = {
    externalId: "CLIENT-NPM-1",
    tranDate: "2026-04-30",
    subsidiary: { id: "1" },
    currency: { id: "1" },
    line: { items: [{ account: { id: "24" }, debit: 7.5 }, { account: { id: "54" }, credit: 7.5 }] },
  };
  const record = "record/v1/journalEntry";
  const heads = { "content-type": "application/json" };
  const made = await client.request({ path: record, method: "POST", body: JSON.stringify(journal), heads });
  check("a journal posted", 204, made.statusCode);
  const read = (await client.request({ path: `${record}/eid:CLIENT-NPM-1?expandSubResources=true` })).data;
  check("and read by external id", [7.5, 7.5], [read.line.items[0].debit, read.line.items[1].credit]);
}

let text = "";
process.stdin.on("data", (part) => (text += part));
process.stdin.on("end", async () => {
  try {
    await talk(JSON.parse(text));
  } catch (error) {
    found.push({ check: "the program ran to its end", ok: false, detail: String(error.stack || error).slice(0, 500) });
  }
  console.log(JSON.stringify(found));
  process.exit(found.every((one) => one.ok) ? 0 : 1);
});
