// The visitor's and the member's journey through the router at the URL in the first argument, by two clients that frontends
// use: Apollo Client (normalised cache, adds __typename) and urql (document cache). Prints a line for each step.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client/core/index.js";
import { CombinedGraphQLErrors } from "@apollo/client/errors/index.js";
import { Defer20220824Handler, GraphQL17Alpha9Handler } from "@apollo/client/incremental/index.js";
import { Client, cacheExchange, fetchExchange } from "@urql/core";

const url = process.argv[2];
if (!url) {
  console.error("usage: node run.mjs URL");
  process.exit(2);
}

// One request that never ends must not keep the run from ending.
let requests = 0;
let newestResponse;
const boundedFetch = async (input, init) => {
  requests += 1;
  newestResponse = await fetch(input, { ...init, signal: AbortSignal.timeout(10_000) });
  return newestResponse;
};

const PRODUCTS = gql`
  query Products($first: Int!, $after: String) {
    products(first: $first, after: $after, orderBy: TITLE) {
      nodes { id handle title vendor { id name } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const PRODUCT = gql`
  query Product($handle: String!) {
    productByHandle(handle: $handle) {
      id
      title
      vendor { id name tenant { id name } }
      rating { average count }
      reviews(first: 3) { nodes { id rating author { id username profile { displayName } } } }
    }
  }
`;
const LATER = gql`
  query Later($first: Int!) {
    products(first: $first, orderBy: TITLE) {
      nodes @stream(initialCount: 1, label: "products") {
        id
        title
        ... on Product @defer(label: "opinions") { rating { average count } vendor { id name tenant { id name } } }
      }
    }
  }
`;
const OPINIONS = gql`
  query Opinions($first: Int!) {
    products(first: $first, orderBy: TITLE) { nodes { id title ... @defer(label: "opinions") { rating { average count } } } }
  }
`;
const AT_ONCE = gql`
  query AtOnce($first: Int!) {
    products(first: $first, orderBy: TITLE) {
      nodes { id title rating { average count } vendor { id name tenant { id name } } }
    }
  }
`;
const REGISTER = gql`
  mutation Register($input: UserRegisterInput!) {
    userRegister(input: $input) { user { id username } userErrors { code message field } }
  }
`;
const SIGN_IN = gql`
  mutation SignIn($input: SessionCreateInput!) {
    sessionCreate(input: $input) { accessToken user { id username } userErrors { code message } }
  }
`;
const VIEWER = gql`query Viewer { viewer { id username email profile { displayName } } }`;
const PUBLISH = gql`
  mutation Publish($input: PostPublishInput!) {
    postPublish(input: $input) { post { id body author { id username } } replayed userErrors { code message } }
  }
`;
const FEED = gql`query Feed { homeFeed(first: 5) { nodes { id body author { id username } } } }`;

let failures = 0;
async function step(name, run) {
  try {
    await run();
    console.log(`ok    ${name}`);
  } catch (error) {
    failures += 1;
    console.log(`FAILED ${name}\n      ${String(error?.stack ?? error).split("\n").slice(0, 6).join("\n      ")}`);
  }
}

const name = `client-${randomUUID().slice(0, 8)}`;
const password = `${randomUUID()} for ${name}`.slice(0, 60);
let accessToken;

await step("apollo: a visitor pages through the products, and the cache keeps each by its id", async () => {
  const client = apollo();
  const first = await client.query({ query: PRODUCTS, variables: { first: 5, after: null } });
  const after = first.data.products.pageInfo.endCursor;
  const second = await client.query({ query: PRODUCTS, variables: { first: 5, after } });
  const ids = [...first.data.products.nodes, ...second.data.products.nodes].map(({ id }) => id);
  assert.equal(new Set(ids).size, 10);
  for (const id of ids) {
    assert.ok(client.cache.extract()[`Product:${id}`], `${id} is not in the cache`);
  }
});

await step("apollo: a product page over three contexts, the second time from the cache", async () => {
  const client = apollo();
  const { data } = await client.query({ query: PRODUCTS, variables: { first: 1, after: null } });
  const variables = { handle: data.products.nodes[0].handle };
  const page = await client.query({ query: PRODUCT, variables });
  assert.equal(page.data.productByHandle.title, data.products.nodes[0].title);
  assert.ok(page.data.productByHandle.vendor.tenant.name);
  assert.equal(typeof page.data.productByHandle.rating.count, "number");
  const before = requests;
  await client.query({ query: PRODUCT, variables });
  assert.equal(requests, before, "the second read asked the server again");
});

await step("apollo: streamed products with deferred opinions are the same as products that come at once", async () => {
  const client = apollo(undefined, new GraphQL17Alpha9Handler());
  const { states, contentType } = await parts((seen) =>
    client.watchQuery({ query: LATER, variables: { first: 4 }, fetchPolicy: "network-only" }).subscribe(seen),
  );
  assert.equal(contentType, 'multipart/mixed; boundary="-"; incrementalSpec=v0.2');
  assert.equal(states[0].dataState, "streaming");
  assert.equal(states[0].data.products.nodes[0].rating, undefined);
  const whole = await apollo().query({ query: AT_ONCE, variables: { first: 4 } });
  assert.deepEqual(states.at(-1).data, whole.data);
  assert.equal(states.at(-1).dataState, "complete");
  const before = requests;
  const cached = await client.query({ query: AT_ONCE, variables: { first: 4 } });
  assert.equal(requests, before, "the cache does not have all parts");
  assert.deepEqual(cached.data, whole.data);
});

await step("apollo: the handler of an older form gets the whole at once", async () => {
  const client = apollo(undefined, new Defer20220824Handler());
  const { states, contentType } = await parts((seen) =>
    client.watchQuery({ query: OPINIONS, variables: { first: 2 }, fetchPolicy: "network-only" }).subscribe(seen),
  );
  assert.match(contentType, /^application\/graphql-response\+json/);
  assert.equal(states.length, 1);
  assert.equal(typeof states[0].data.products.nodes[1].rating.count, "number");
});

await step("apollo: a visitor who asks for the viewer's feed gets UNAUTHENTICATED at its path, and no data", async () => {
  const { data, error } = await apollo().query({ query: FEED, errorPolicy: "all" });
  assert.ok(CombinedGraphQLErrors.is(error), `no GraphQL error but ${error}`);
  assert.equal(error.errors[0].extensions.code, "UNAUTHENTICATED");
  assert.deepEqual(error.errors[0].path, ["homeFeed"]);
  assert.equal(data.homeFeed, null);
});

await step("apollo: registering and signing in", async () => {
  const client = apollo();
  const input = { username: name, email: `${name}@example.org`, password };
  const registered = await client.mutate({ mutation: REGISTER, variables: { input } });
  assert.deepEqual(registered.data.userRegister.userErrors, []);
  const again = await client.mutate({ mutation: REGISTER, variables: { input } });
  assert.equal(again.data.userRegister.user, null);
  assert.equal(again.data.userRegister.userErrors[0].code, "USERNAME_TAKEN");
  const signedIn = await client.mutate({ mutation: SIGN_IN, variables: { input: { login: name, password } } });
  accessToken = signedIn.data.sessionCreate.accessToken;
  assert.ok(accessToken, JSON.stringify(signedIn.data));
  assert.equal(signedIn.data.sessionCreate.user.username, name);
});

await step("apollo: a member publishes a post once, also when the request is repeated, and sees it in the feed", async () => {
  const client = apollo(accessToken);
  const viewer = await client.query({ query: VIEWER });
  assert.equal(viewer.data.viewer.email, `${name}@example.org`);
  const input = { body: `Hello from ${name}`, idempotencyKey: randomUUID() };
  const posts = [];
  for (let time = 0; time < 2; time += 1) {
    const { data } = await client.mutate({ mutation: PUBLISH, variables: { input } });
    assert.deepEqual(data.postPublish.userErrors, []);
    posts.push(data.postPublish);
  }
  assert.equal(posts[0].post.id, posts[1].post.id);
  assert.deepEqual(posts.map(({ replayed }) => replayed), [false, true]);
  const feed = await client.query({ query: FEED });
  assert.equal(feed.data.homeFeed.nodes[0].id, posts[0].post.id);
  assert.equal(feed.data.homeFeed.nodes[0].author.username, name);
});

await step("urql: the product page and the viewer", async () => {
  const client = urql(accessToken);
  const products = await client.query(PRODUCTS, { first: 1, after: null }).toPromise();
  assert.equal(products.error, undefined);
  const page = await client.query(PRODUCT, { handle: products.data.products.nodes[0].handle }).toPromise();
  assert.equal(page.error, undefined);
  assert.equal(page.data.productByHandle.__typename, "Product");
  const viewer = await client.query(VIEWER, {}).toPromise();
  assert.equal(viewer.data.viewer.username, name);
});

await step("urql: a forged token is refused with 401, never taken for a visitor", async () => {
  const forged = `${accessToken.slice(0, -6)}AAAAAA`;
  const { data, error } = await urql(forged).query(VIEWER, {}).toPromise();
  assert.equal(data ?? null, null);
  assert.equal(error.response?.status, 401);
});

await step("urql: deferred opinions come after the products", async () => {
  const { states, contentType } = await parts((seen) => {
    const { unsubscribe } = urql().query(OPINIONS, { first: 2 }).subscribe((result) => seen.next(result));
    return { unsubscribe };
  });
  assert.match(contentType, /^text\/event-stream/);
  assert.equal(states[0].error, undefined);
  assert.equal(states[0].data.products.nodes[1].rating, undefined);
  assert.equal(states[0].hasNext, true);
  assert.equal(typeof states.at(-1).data.products.nodes[1].rating.count, "number");
});

console.log(`${failures === 0 ? "all steps passed" : `${failures} steps failed`}, ${requests} requests`);
process.exit(failures === 0 ? 0 : 1);

function apollo(token, incrementalHandler) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const link = ApolloLink.from([new HttpLink({ uri: url, fetch: boundedFetch, headers })]);
  return new ApolloClient({ link, cache: new InMemoryCache(), ...(incrementalHandler && { incrementalHandler }) });
}

// What a client shows of one operation until it is complete.
async function parts(subscribe) {
  const states = [];
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`never complete: ${JSON.stringify(states)}`)), 10_000);
    const seen = {
      next(state) {
        const isLoading = state.data === undefined && state.error === undefined;
        if (isLoading) {
          return;
        }
        states.push(state);
        const isComplete = "dataState" in state ? state.dataState === "complete" : state.hasNext === false;
        if (isComplete || state.error) {
          clearTimeout(timer);
          resolve();
        }
      },
      error: reject,
    };
    subscribe(seen);
  });
  return { states, contentType: newestResponse.headers.get("content-type") };
}

function urql(token) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  return new Client({
    url,
    fetch: boundedFetch,
    fetchOptions: { headers },
    preferGetMethod: false,
    exchanges: [cacheExchange, fetchExchange],
  });
}
