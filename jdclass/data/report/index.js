"use strict";
// Sort, filter and search the table of roles. The rows stand in the page; without this script they are all shown.
(function () {
  var table = document.getElementById("roles");
  var body = table.tBodies[0];
  var STEP = 100;
  var limit = STEP;
  var collator = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" });
  var rows = Array.prototype.map.call(body.rows, function (row, order) {
    var cells = Array.prototype.map.call(row.cells, function (cell) { return cell.textContent; });
    return {
      row: row,
      cells: cells,
      order: order,
      keys: row.getAttribute("data-k").split(" "),
      text: (cells[0] + "\n" + cells[1] + "\n" + cells[7]).toLocaleLowerCase("en-GB")
    };
  });
  var element = function (id) { return document.getElementById(id); };
  var count = element("count");

  function share(text) {
    var number = parseFloat(text.replace(/[^0-9.]/g, ""));
    if (isNaN(number)) return -1;
    return text.indexOf("under") === 0 ? number - 0.5 : text.indexOf("over") === 0 ? number + 0.5 : number;
  }

  function show() {
    var wanted = element("search").value.toLocaleLowerCase("en-GB").split(/\s+/).filter(Boolean);
    // The three orientations share their names: which column a key belongs to is its place.
    var places = [[0, element("fit").value], [1, element("claim").value], [2, element("duties").value]];
    if (element("unusual").checked) places.push([3, "yes"]);
    if (element("forward").checked) places.push([4, "forward"]);
    var total = 0, shown = 0;
    rows.forEach(function (item) {
      var fits = places.every(function (place) { return !place[1] || item.keys[place[0]] === place[1]; }) &&
        wanted.every(function (word) { return item.text.indexOf(word) >= 0; });
      if (fits) total += 1;
      var visible = fits && total <= limit;
      if (visible) shown += 1;
      if (item.row.hidden === visible) item.row.hidden = !visible;
    });
    count.textContent = total
      ? count.getAttribute("data-text").replace("{shown}", shown.toLocaleString("en-GB")).replace("{total}", total.toLocaleString("en-GB"))
      : count.getAttribute("data-none");
    element("more").hidden = shown === total;
  }

  function sort(column, head) {
    var down = head.getAttribute("aria-sort") === "ascending";
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) { cell.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    var sign = down ? -1 : 1;
    rows.sort(function (a, b) {
      var order = column === 6
        ? share(a.cells[6]) - share(b.cells[6])
        : collator.compare(a.cells[column], b.cells[column]);
      return sign * order || a.order - b.order;
    });
    var fragment = document.createDocumentFragment();
    rows.forEach(function (item) { fragment.appendChild(item.row); });
    body.appendChild(fragment);
    show();
  }

  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", function () { sort(column, head); });
    head.textContent = "";
    head.appendChild(button);
  });
  var again = function () { limit = STEP; show(); };
  ["fit", "claim", "duties", "unusual", "forward"].forEach(function (id) { element(id).addEventListener("change", again); });
  var waiting = 0;
  element("search").addEventListener("input", function () {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(again, 120);
  });
  element("controls").addEventListener("submit", function (event) { event.preventDefault(); again(); });
  element("more-100").addEventListener("click", function () { limit += STEP; show(); });
  element("more-all").addEventListener("click", function () { limit = Infinity; show(); });
  element("controls").hidden = false;
  element("hint").hidden = false;
  show();
})();
