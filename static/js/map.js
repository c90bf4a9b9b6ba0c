// <area-map> draws areas, hexagons and points above the list it holds; <point-picker> lets people press where it was.
// Without JavaScript or WebGL the list, or the two inputs, is what there is. All text is set as text, never as HTML.

import { colour, onSchemeChange, sentence, whenSeen } from "./colours.js";

const STEPS = 5;
const AT_ONE_PRESS = 6;
const FONT = ["sans-serif"];
// How long the areas wait for a basemap's style, and how long a style that is late may still come.
const PATIENCE_MS = 1500;
const STYLE_TIMEOUT_MS = 20000;
const OWN_SOURCES = new Set(["areas", "names", "hexagons", "blocks", "points"]);
let module;

function load(element) {
  module ??= import(element.dataset.module).then((maplibre) => {
    // The worker's own address: under a policy without blob: scripts it must be a file of ours.
    maplibre.setWorkerUrl(new URL(element.dataset.worker, document.baseURI).href);
    return maplibre;
  });
  if (!document.querySelector("link[data-map-css]")) {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: element.dataset.css });
    link.dataset.mapCss = "";
    document.head.prepend(link);
  }
  return module;
}

function canDraw() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

async function fetchShapes(address) {
  if (!address) return { type: "FeatureCollection", features: [] };
  const response = await fetch(address, { headers: { Accept: "application/geo+json" } });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return response.json();
}

/** The style of a basemap, without its font server: labels are drawn with the reader's own fonts. */
async function fetchStyle(address) {
  const response = await fetch(address, { signal: AbortSignal.timeout(STYLE_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  const { glyphs, ...style } = await response.json();
  return style;
}

function isDark(shade) {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  pen.fillStyle = shade;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  return red + green + blue < 3 * 128;
}

function extend(box, coordinates) {
  if (typeof coordinates[0] === "number") {
    box[0] = Math.min(box[0], coordinates[0]);
    box[1] = Math.min(box[1], coordinates[1]);
    box[2] = Math.max(box[2], coordinates[0]);
    box[3] = Math.max(box[3], coordinates[1]);
  } else {
    for (const part of coordinates) extend(box, part);
  }
  return box;
}

function boxOf(...collections) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { features } of collections) {
    for (const { geometry } of features) if (geometry) extend(box, geometry.coordinates);
  }
  return Number.isFinite(box[0]) ? box : null;
}

/** The upper ends of the legend's classes: whole numbers, about equally many steps apart, the last one the largest. */
function classesOf(values) {
  const largest = Math.max(0, ...values);
  if (largest <= STEPS) return Array.from({ length: largest }, (_, i) => i + 1);
  const ends = Array.from({ length: STEPS }, (_, i) => Math.round((largest * (i + 1)) / STEPS));
  return [...new Set(ends)];
}

function shadeOf(i, count) {
  return Math.max(1, Math.round(((i + 1) * STEPS) / count));
}

/** A hatched square, for what is protected: it must look like neither zero nor missing. */
function hatching(ink) {
  const size = 12;
  const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
  const pen = canvas.getContext("2d");
  pen.strokeStyle = ink;
  pen.lineWidth = 2;
  pen.beginPath();
  for (const from of [-size, 0, size]) {
    pen.moveTo(from, size);
    pen.lineTo(from + size, 0);
  }
  pen.stroke();
  return pen.getImageData(0, 0, size, size);
}

class MapElement extends HTMLElement {
  connectedCallback() {
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", () => this.#begin(), { once: true });
    } else {
      this.#begin();
    }
  }

  disconnectedCallback() {
    this.stop?.();
    this.forget?.();
    this.map?.remove();
    this.map = null;
  }

  #begin() {
    if (this.canvas || !this.isConnected) return;
    this.twin = this.querySelector(":scope > details");
    if (!canDraw()) {
      this.prepend(sentence(this.dataset.wordUnavailable));
      this.canvas = this.firstChild;
      this.dataset.state = "unavailable";
      return;
    }
    this.canvas = document.createElement("div");
    this.canvas.className = "map__canvas";
    this.prepend(this.canvas);
    this.fold();
    this.stop = whenSeen(this, () => this.#draw().catch((problem) => this.#giveUp(problem)));
  }

  /** Close the twin once the map stands above it. */
  fold() {
    if (this.twin) this.twin.open = false;
  }

  async #draw() {
    const { areas, hexagons, blocks, points } = this.dataset;
    const [maplibre, ...layers] = await Promise.all([
      load(this),
      fetchShapes(areas),
      fetchShapes(hexagons),
      fetchShapes(blocks),
      fetchShapes(points),
    ]);
    this.maplibre = maplibre;
    [this.areas, this.hexagons, this.blocks, this.points] = layers;
    await this.#paint();
    this.forget = onSchemeChange(() => this.#paint());
  }

  async #paint() {
    const background = await this.#background();
    if (!this.isConnected) return;
    const where = this.map && { center: this.map.getCenter(), zoom: this.map.getZoom() };
    this.map?.remove();
    const word = this.dataset;
    const bounds = word.bounds ? JSON.parse(word.bounds) : this.#box();
    const fit = { padding: 24, maxZoom: 15 };
    const map = new this.maplibre.Map({
      container: this.canvas,
      style: background,
      ...(where ?? (bounds ? { bounds, fitBoundsOptions: fit } : { center: [15, 62], zoom: 4 })),
      maxZoom: 19,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      cooperativeGestures: true,
      attributionControl: this.hasBasemap && { compact: false, customAttribution: word.attribution },
      locale: {
        "Map.Title": this.getAttribute("label"),
        "NavigationControl.ZoomIn": word.wordZoomIn,
        "NavigationControl.ZoomOut": word.wordZoomOut,
        "Popup.Close": word.wordClose,
        "AttributionControl.ToggleAttribution": word.wordSource,
        "CooperativeGesturesHandler.WindowsHelpText": word.wordGesture,
        "CooperativeGesturesHandler.MacHelpText": word.wordGestureMac,
        "CooperativeGesturesHandler.MobileHelpText": word.wordGestureTouch,
      },
      fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200,
    });
    this.map = map;
    // Until somebody moves the map it goes on showing all of it, however wide the window becomes.
    map.on("movestart", ({ originalEvent }) => { this.isMoved ||= Boolean(originalEvent) && originalEvent.type !== "resize"; });
    map.on("resize", () => { if (bounds && !this.isMoved) map.fitBounds(bounds, { ...fit, duration: 0 }); });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addControl(new this.maplibre.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new this.maplibre.ScaleControl({ unit: "metric" }), "bottom-left");
    try {
      await new Promise((resolve, reject) => {
        // Not "load": that waits for every tile of the basemap, and the areas must not.
        map.once("style.load", resolve);
        map.once("error", ({ error }) => reject(error));
      });
    } catch (problem) {
      if (!this.basemap) throw problem;
      this.basemap = null;
      this.#missBasemap(problem);
      return this.#paint();
    }
    map.on("error", (event) => (OWN_SOURCES.has(event.sourceId) ? console.warn(event.error) : this.#missBasemap(event.error)));
    map.on("sourcedata", ({ sourceId, tile }) => {
      if (tile && !OWN_SOURCES.has(sourceId) && map.isSourceLoaded(sourceId)) this.missing?.remove();
    });
    this.addLayers(map);
    this.dataset.state = "drawn";
  }

  /** What lies under our own layers: the settings' style or tiles, or plain ground where there is none in reach. */
  async #background() {
    const { style, tiles, maxTileZoom } = this.dataset;
    const ground = colour("--est-map-ground", this);
    const layers = [{ id: "background", type: "background", paint: { "background-color": ground } }];
    const plain = { version: 8, sources: {}, layers };
    this.hasBasemap = Boolean(style || tiles);
    if (style) {
      await Promise.race([this.#fetchBasemap(style), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
      this.isLate = this.basemap === undefined;
      this.hasBasemap = Boolean(this.basemap);
      return this.basemap ? structuredClone(this.basemap) : plain;
    }
    if (!tiles) return plain;
    const paint = { "raster-saturation": -0.6, ...(isDark(ground) && { "raster-brightness-max": 0.55 }) };
    layers.push({ id: "basemap", type: "raster", source: "basemap", paint });
    return { ...plain, sources: { basemap: { type: "raster", tiles: [tiles], tileSize: 256, maxzoom: Number(maxTileZoom) || 22 } } };
  }

  /** Fetch the style once. One that comes after the map was drawn is laid under it then. */
  #fetchBasemap(address) {
    this.fetching ??= fetchStyle(address)
      .then((style) => {
        this.basemap = style;
        if (this.isLate && this.isConnected) return this.#paint();
      })
      .catch((problem) => {
        this.basemap = null;
        this.#missBasemap(problem);
      });
    return this.fetching;
  }

  #missBasemap(problem) {
    if (this.missing?.isConnected || !this.canvas?.isConnected) return;
    console.warn(`${this.localName}:`, problem);
    this.missing = sentence(this.dataset.wordNoBasemap);
    this.missing.setAttribute("role", "status");
    this.canvas.after(this.missing);
  }

  /** What the map shows at first: reports fill it, areas and places stand in it together. */
  #box() {
    const reports = this.dataset.blocks && boxOf(this.blocks, this.points);
    return reports || boxOf(this.areas, this.hexagons, this.points);
  }

  addLayers(map) {
    this.#addAreas(map);
    this.#addHexagons(map);
    this.#addBlocks(map);
    this.#addNames(map);
    this.#addPoints(map);
    this.#openOnPress(map, ["points", "blocks", "hexagons", "areas"].filter((id) => map.getLayer(id)));
  }

  #addAreas(map) {
    if (!this.areas.features.length) return;
    const isCurrent = ["boolean", ["get", "is_current"], false];
    map.addSource("areas", { type: "geojson", data: this.areas });
    map.addLayer({
      id: "areas",
      type: "fill",
      source: "areas",
      paint: { "fill-color": colour("--est-map-area", this), "fill-opacity": ["case", isCurrent, ...(this.hasBasemap ? [0.3, 0.15] : [0.95, 0.5])] },
    });
    map.addLayer({
      id: "area-edges",
      type: "line",
      source: "areas",
      paint: {
        "line-color": colour(this.hasBasemap ? "--est-text" : "--est-map-edge", this),
        "line-width": ["case", isCurrent, 2.5, this.hasBasemap ? 1.5 : 1],
      },
    });
  }

  #addNames(map) {
    if (!this.areas.features.length) return;
    // One point a name, in the middle of the area's box: a polygon would get its name once for each tile it touches.
    const features = this.areas.features
      .filter(({ geometry, properties }) => geometry && properties.name)
      .map(({ geometry, properties }) => {
        const [west, , east, north] = extend([Infinity, Infinity, -Infinity, -Infinity], geometry.coordinates);
        return { type: "Feature", properties, geometry: { type: "Point", coordinates: [(west + east) / 2, north] } };
      });
    map.addSource("names", { type: "geojson", data: { type: "FeatureCollection", features } });
    map.addLayer({
      id: "names",
      type: "symbol",
      source: "names",
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 13, "text-anchor": "bottom", "text-offset": [0, -0.2] },
      paint: {
        "text-color": colour("--est-text", this),
        "text-halo-color": colour("--est-map-ground", this),
        "text-halo-width": 1.5,
      },
    });
  }

  #addHexagons(map) {
    const { features } = this.hexagons;
    if (!features.length) return;
    const values = features.map(({ properties }) => properties.value).filter(Number.isFinite);
    const ends = classesOf(values);
    const shades = ends.map((_, i) => colour(`--est-scale-${shadeOf(i, ends.length)}`, this));
    const zero = colour("--est-scale-0", this);
    const status = ["coalesce", ["get", "status"], "shown"];
    const fill = ends.length
      ? ["case", ["<=", ["get", "value"], 0], zero, ["step", ["get", "value"], shades[0],
          ...ends.slice(0, -1).flatMap((end, i) => [end + 0.5, shades[i + 1]])]]
      : zero;
    map.addSource("hexagons", { type: "geojson", data: this.hexagons });
    map.addImage("protected", hatching(colour("--est-subtle", this)));
    map.addLayer({
      id: "hexagons",
      type: "fill",
      source: "hexagons",
      filter: ["==", status, "shown"],
      paint: { "fill-color": fill, "fill-opacity": this.hasBasemap ? 0.7 : 0.88 },
    });
    map.addLayer({
      id: "hexagons-protected",
      type: "fill",
      source: "hexagons",
      filter: ["==", status, "protected"],
      paint: { "fill-pattern": "protected", "fill-opacity": 0.6 },
    });
    map.addLayer({
      id: "hexagon-edges",
      type: "line",
      source: "hexagons",
      paint: { "line-color": colour("--est-map-ground", this), "line-width": 1.5 },
    });
    map.addLayer({
      id: "hexagons-missing",
      type: "line",
      source: "hexagons",
      filter: ["==", status, "missing"],
      paint: { "line-color": colour("--est-subtle", this), "line-width": 1, "line-dasharray": [2, 2] },
    });
    this.#legend(ends, values.includes(0), features);
  }

  /** Where something happened in a home: the whole block, as one quiet shape however many reports lie in it. */
  #addBlocks(map) {
    if (!this.blocks.features.length) return;
    this.#legendOfMarks();
    map.addSource("blocks", { type: "geojson", data: this.blocks });
    const ink = colour("--est-chart-1", this);
    map.addLayer({ id: "blocks", type: "fill", source: "blocks", paint: { "fill-color": ink, "fill-opacity": 0.08 } });
    map.addLayer({
      id: "block-edges",
      type: "line",
      source: "blocks",
      paint: { "line-color": ink, "line-width": 1.5, "line-dasharray": [2, 2] },
    });
  }

  #legendOfMarks() {
    const marks = [["point", this.dataset.wordPoint, this.points], ["block", this.dataset.wordBlock, this.blocks]];
    const shown = marks.filter(([, , { features }]) => features.length).map(([kind, text]) => [kind, text]);
    this.#putLegend(shown);
  }

  #putLegend(entries, unit = "") {
    this.querySelector(":scope > .map__legend")?.remove();
    if (!entries.length) return;
    const legend = document.createElement("div");
    legend.className = "map__legend";
    const list = document.createElement("ul");
    list.setAttribute("aria-label", this.dataset.wordLegend);
    for (const [kind, text] of entries) {
      const item = document.createElement("li");
      const swatch = document.createElement("span");
      swatch.className = "map__swatch";
      swatch.dataset.kind = kind;
      item.append(swatch, text);
      list.append(item);
    }
    if (unit) legend.append(Object.assign(document.createElement("span"), { textContent: unit }));
    legend.append(list);
    this.canvas.after(legend);
  }

  #legend(ends, hasZero, features) {
    const entries = [];
    const add = (kind, text) => entries.push([kind, text]);
    const number = new Intl.NumberFormat(document.documentElement.lang || "sv");
    if (hasZero) add("0", "0");
    ends.forEach((end, i) => {
      const start = i ? ends[i - 1] + 1 : 1;
      const range = start === end ? number.format(end) : `${number.format(start)}–${number.format(end)}`;
      add(String(shadeOf(i, ends.length)), range);
    });
    for (const status of ["protected", "missing"]) {
      const word = status === "protected" ? this.dataset.wordProtected : this.dataset.wordMissing;
      if (features.some(({ properties }) => properties.status === status)) add(status, word);
    }
    this.#putLegend(entries, this.dataset.unit);
  }

  #addPoints(map) {
    if (!this.points.features.length) return;
    const isCurrent = ["boolean", ["get", "is_current"], false];
    map.addSource("points", { type: "geojson", data: this.points });
    map.addLayer({
      id: "points",
      type: "circle",
      source: "points",
      paint: {
        "circle-radius": ["case", isCurrent, 9, 6],
        "circle-color": ["case", isCurrent, colour("--est-text", this), colour("--est-chart-1", this)],
        "circle-stroke-color": colour("--est-map-ground", this),
        "circle-stroke-width": 2,
      },
    });
    map.addLayer({
      id: "point-names",
      type: "symbol",
      source: "points",
      minzoom: 11,
      layout: {
        "text-field": ["coalesce", ["get", "name"], ""], "text-font": FONT, "text-size": 12, "text-anchor": "top",
        "text-offset": [0, 0.8], "text-optional": true,
      },
      paint: {
        "text-color": colour("--est-text", this),
        "text-halo-color": colour("--est-map-ground", this),
        "text-halo-width": 1.5,
      },
    });
  }

  #openOnPress(map, layers) {
    if (map.getLayer("hexagons-protected")) layers.splice(1, 0, "hexagons-protected", "hexagons-missing");
    map.on("click", (event) => {
      const found = map.queryRenderedFeatures(event.point, { layers });
      if (!found.length) return;
      // Reports at the same door lie on each other: all of them are told, the uppermost kind alone.
      const here = new Map(found.filter(({ layer }) => layer.id === found[0].layer.id).map((one, i) => [one.properties.url ?? one.id ?? i, one]));
      const words = document.createElement("div");
      words.className = "map__found";
      words.append(...[...here.values()].slice(0, AT_ONE_PRESS).map(({ properties }) => this.#words(properties)));
      new this.maplibre.Popup({ maxWidth: "16rem" }).setLngLat(event.lngLat).setDOMContent(words).addTo(map);
    });
    map.on("mousemove", (event) => {
      const isOver = map.queryRenderedFeatures(event.point, { layers }).length > 0;
      map.getCanvas().style.cursor = isOver ? "pointer" : "";
    });
  }

  #words({ name, text, url, value, status }) {
    const box = document.createElement("div");
    const line = (words, tag = "p") => words && box.append(Object.assign(document.createElement(tag), { textContent: words }));
    line(name, "strong");
    if (status === "protected") line(this.dataset.wordProtected);
    else if (status === "missing") line(this.dataset.wordMissing);
    else if (Number.isFinite(value)) line(`${new Intl.NumberFormat(document.documentElement.lang).format(value)} ${this.dataset.unit}`);
    line(text);
    // Only addresses of our own: the data may hold text somebody wrote.
    if (url && /^[/#?](?!\/)/.test(url)) {
      box.append(Object.assign(document.createElement("a"), { className: "ds-link", href: url, textContent: this.dataset.wordOpen }));
    }
    return box;
  }

  #giveUp(problem) {
    console.warn(`${this.localName}:`, problem);
    this.forget?.();
    this.map?.remove();
    this.map = null;
    this.canvas.replaceWith(sentence(this.dataset.wordFailed));
    if (this.twin) this.twin.open = true;
    this.dataset.state = "failed";
  }
}

class AreaMap extends MapElement {}

class PointPicker extends MapElement {
  /** The two inputs are what is sent; they stay open when one of them has something to mend. */
  fold() {
    this.lon = document.getElementById(this.dataset.lon);
    this.lat = document.getElementById(this.dataset.lat);
    if (this.twin && !this.twin.querySelector("[aria-invalid]")) this.twin.open = false;
    this.#addTools();
    for (const input of [this.lon, this.lat]) {
      for (const kind of ["change", "shown"]) input?.addEventListener(kind, () => this.#follow());
    }
  }

  addLayers(map) {
    super.addLayers(map);
    map.getCanvas().style.cursor = "crosshair";
    map.on("click", ({ lngLat }) => this.choose(lngLat.lng, lngLat.lat));
    map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const { lng, lat } = map.getCenter();
      this.choose(lng, lat);
    });
    this.#follow();
  }

  #addTools() {
    const tools = Object.assign(document.createElement("div"), { className: "map__tools" });
    const help = sentence(this.dataset.wordHelp);
    // Who holds a phone has no arrow keys to read about; a screen reader says it all the same.
    help.append(Object.assign(document.createElement("span"), { className: "map__keys", textContent: ` ${this.dataset.wordKeys ?? ""}` }));
    this.status = Object.assign(document.createElement("p"), { className: "meta" });
    this.status.setAttribute("role", "status");
    if (navigator.geolocation && !("quiet" in this.dataset)) {
      const button = Object.assign(document.createElement("button"), {
        className: "ds-button", type: "button", textContent: this.dataset.wordMine,
      });
      button.dataset.variant = "secondary";
      button.addEventListener("click", () => this.#useMine());
      tools.append(button);
    }
    tools.append(this.status);
    this.canvas.before(help);
    this.canvas.after(tools);
  }

  #useMine() {
    this.status.textContent = this.dataset.wordWaiting;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.choose(coords.longitude, coords.latitude);
        this.show(coords.longitude, coords.latitude);
        this.status.textContent = this.dataset.wordAccuracy.replace("{metres}", String(Math.round(coords.accuracy)));
        this.dispatchEvent(new CustomEvent("point-accuracy", { bubbles: true, detail: { metres: coords.accuracy } }));
      },
      () => {
        this.status.textContent = this.dataset.wordRefused;
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
    );
  }

  /** Move the map there, near enough to see the entrances. */
  show(lon, lat) {
    this.map?.jumpTo({ center: [lon, lat], zoom: Math.max(this.map.getZoom(), 16) });
  }

  /** Write the point into the form, show it, and tell the page. */
  choose(lon, lat) {
    this.lon.value = lon.toFixed(6);
    this.lat.value = lat.toFixed(6);
    for (const input of [this.lon, this.lat]) input.dispatchEvent(new Event("change", { bubbles: true }));
    this.dispatchEvent(new CustomEvent("point-chosen", { bubbles: true, detail: { lon, lat } }));
  }

  #follow() {
    const point = [this.lon, this.lat].map((input) => Number.parseFloat(input?.value.replace(",", ".")));
    this.marker?.remove();
    if (!point.every(Number.isFinite) || Math.abs(point[0]) > 180 || Math.abs(point[1]) > 90) return;
    if (this.map) this.marker = new this.maplibre.Marker({ color: colour("--est-chart-1", this) }).setLngLat(point).addTo(this.map);
    // A quiet picker stands in a page that reads the point back in words itself.
    if ("quiet" in this.dataset) return;
    this.status.textContent = this.dataset.wordChosen
      .replace("{lat}", point[1].toFixed(5))
      .replace("{lon}", point[0].toFixed(5));
  }
}

customElements.define("area-map", AreaMap);
customElements.define("point-picker", PointPicker);
