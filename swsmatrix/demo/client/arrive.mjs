// Log in, start syncing, sign the own device, refuse devices that their owner has not signed.

import * as sdk from "matrix-js-sdk";
import { AllDevicesIsolationMode, OnlySignedDevicesIsolationMode } from "matrix-js-sdk/lib/crypto-api/index.js";
import { logger } from "matrix-js-sdk/lib/logger.js";

import { until } from "./until.mjs";

logger.setLevel?.("error", false);

const TIMELINE = 200; // events a sync; what is older is not looked at
const START_MS = 60_000;

/**
 * `crossSign: false` makes a person whose device nobody vouches for; `strict: false` one who reads
 * and writes to such devices all the same (MSC4153: the others exclude them).
 */
export async function arrive({ homeserver, user, password, crossSign = true, strict = true }) {
  const login = await sdk.createClient({ baseUrl: homeserver }).loginRequest({
    type: "m.login.password",
    identifier: { type: "m.id.user", user },
    password,
    initial_device_display_name: "strict client",
  });
  const client = sdk.createClient({
    baseUrl: homeserver,
    userId: login.user_id,
    deviceId: login.device_id,
    accessToken: login.access_token,
    timelineSupport: true,
  });
  await client.initRustCrypto({ useIndexedDB: false });
  const crypto = client.getCrypto();
  // Threads stay in the one timeline of their room: nothing is hidden in a view of its own.
  await client.startClient({ initialSyncLimit: TIMELINE, threadSupport: false, disablePresence: true });
  await until(() => client.isInitialSyncComplete(), START_MS, "the first sync");
  await until(() => deviceIsPublished(client), START_MS, "the keys of this device on the homeserver");
  if (crossSign) await signOwnDevice(client, password);
  crypto.setDeviceIsolationMode(
    strict ? new OnlySignedDevicesIsolationMode() : new AllDevicesIsolationMode(false),
  );
  return { client, crypto };
}

async function deviceIsPublished(client) {
  const body = { device_keys: { [client.getUserId()]: [] } };
  const answer = await client.http.authedRequest("POST", "/keys/query", undefined, body);
  return client.getDeviceId() in (answer.device_keys?.[client.getUserId()] ?? {});
}

async function signOwnDevice(client, password) {
  const crypto = client.getCrypto();
  await crypto.bootstrapCrossSigning({
    authUploadDeviceSigningKeys: async (request) => {
      try {
        return await request(null);
      } catch (error) {
        if (!error.data?.session) throw error;
        const identifier = { type: "m.id.user", user: client.getUserId() };
        return await request({ type: "m.login.password", identifier, password, session: error.data.session });
      }
    },
  });
  if (!(await crypto.isCrossSigningReady())) throw new Error("cross-signing was set up and is not ready");
}
