/*
 * consent-relay: tells a page's tags what its visitor has agreed to. Documented in docs/signals.md.
 *
 *   <script src="https://relay.example/signals.js" data-endpoint="https://relay.example/signals/SITE"
 *           data-key="KEY made by the site's backend for this page"></script>
 *
 * First in <head>, before every tag. Until the answer is there, and if none comes, everything is denied.
 */
(function () {
  "use strict";
  const script = document.currentScript;
  const { endpoint, key } = script.dataset;
  const patience = Number(script.dataset.timeout) || 3000; // ms
  const pixelUrl = script.dataset.pixel || "https://connect.facebook.net/en_US/fbevents.js";
  const videoHost = "https://www.youtube-nocookie.com/embed/";
  const consentTypes = ["ad_storage", "ad_user_data", "ad_personalization", "analytics_storage"];
  let signals = {};
  let asked = 0;
  const granted = (name) => signals[name] === "granted";

  // Google's tags. https://developers.google.com/tag-platform/security/guides/consent
  window.dataLayer = window.dataLayer || [];
  window.gtag = window.gtag || function () { window.dataLayer.push(arguments); };
  function tellGoogle(command, more) {
    const states = consentTypes.map((type) => [type, granted(type) ? "granted" : "denied"]);
    window.gtag("consent", command, Object.assign(Object.fromEntries(states), more));
  }

  // Meta's pixel: the queue that its own code makes, so that the code, wherever it stands, finds it there and fetches
  // nothing. We fetch the pixel once it is wanted and agreed to. https://developers.facebook.com/docs/meta-pixel/
  let pixelFetched = false;
  function makePixelQueue() {
    const queue = function (...call) {
      if (queue.callMethod) queue.callMethod(...call);
      else queue.queue.push(call);
      fetchPixel();
    };
    Object.assign(queue, { push: queue, loaded: true, version: "2.0", queue: [] });
    window.fbq = window._fbq = queue;
  }
  function fetchPixel() {
    const isWanted = (window.fbq.queue || []).some((call) => call[0] === "init");
    if (pixelFetched || !granted("facebook") || !isWanted) return;
    pixelFetched = true;
    const element = document.createElement("script");
    element.async = true;
    element.src = pixelUrl;
    document.head.appendChild(element);
  }
  function tellMeta() {
    window.fbq("consent", granted("facebook") ? "grant" : "revoke");
  }

  // AdSense. https://support.google.com/adsense/answer/7670312
  function tellAdSense(isSettled) {
    const ads = (window.adsbygoogle = window.adsbygoogle || []);
    ads.requestNonPersonalizedAds = granted("adsense") ? 0 : 1;
    ads.pauseAdRequests = isSettled ? 0 : 1;
  }

  // <div data-youtube="VIDEO_ID" data-label="Load the video from YouTube"></div>
  function player(place) {
    const frame = document.createElement("iframe");
    frame.src = videoHost + encodeURIComponent(place.dataset.youtube);
    frame.allowFullscreen = true;
    place.replaceChildren(frame);
  }
  function showVideo(place) {
    if (granted("youtube") || place.dataset.chosen) {
      if (!place.querySelector("iframe")) player(place);
      return;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = place.dataset.label || "Load the video from YouTube";
    button.addEventListener("click", () => {
      place.dataset.chosen = "yes"; // this video, on this page
      player(place);
    });
    place.replaceChildren(button);
  }

  // Whatever else waits: <script type="text/plain" data-consent="reddit" src="..."></script>
  function runScript(waiting) {
    const element = document.createElement("script");
    for (const { name, value } of waiting.attributes) {
      if (name !== "type" && name !== "data-consent") element.setAttribute(name, value);
    }
    element.text = waiting.text;
    waiting.replaceWith(element);
  }

  function applyToPage() {
    document.querySelectorAll("[data-youtube]").forEach(showVideo);
    const waiting = document.querySelectorAll('script[type="text/plain"][data-consent]');
    waiting.forEach((one) => granted(one.dataset.consent) && runScript(one));
  }

  function apply() {
    tellGoogle("update");
    tellMeta();
    fetchPixel();
    tellAdSense(true);
    applyToPage();
    document.dispatchEvent(new CustomEvent("consent-relay", { detail: { ...signals } }));
  }

  async function answer(visitor) {
    const request = {
      method: "POST", // a key stands in no address, so in no log of addresses
      body: visitor,
      headers: { "content-type": "text/plain" },
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(patience),
    };
    const response = await fetch(endpoint, request);
    if (!response.ok) throw new Error(String(response.status));
    return (await response.json()).signals;
  }

  /* Asks what stands now; without a key, and whatever goes wrong, everything is denied. The newest question counts. */
  async function ask(visitor) {
    const mine = ++asked;
    const found = visitor ? await answer(visitor).catch(() => ({})) : {};
    if (mine === asked) {
      signals = found || {};
      apply();
    }
    return { ...signals };
  }

  tellGoogle("default", { wait_for_update: patience });
  if (!window.fbq) makePixelQueue();
  tellMeta();
  tellAdSense(false);
  document.addEventListener("DOMContentLoaded", applyToPage);
  window.consentRelay = { ask, ready: ask(key), get signals() { return { ...signals }; } };
})();
