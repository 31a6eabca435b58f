// Accuracy of k nearest neighbours on the 150 irises of Fisher 1936, each told by the 149 others.
const fs = require("fs");

const rows = fs.readFileSync(`${__dirname}/iris.csv`, "utf8").trim().split("\n").slice(1)
  .map((line) => line.split(","))
  .map((cells) => ({ x: cells.slice(0, 4).map(Number), species: cells[4] }));

const { k, metric, p, weights, scale } = JSON.parse(fs.readFileSync(process.env.AYAR_PARAMS, "utf8"));
const power = { euclidean: 2, manhattan: 1, minkowski: p }[metric];

if (scale === "on") {
  for (let j = 0; j < 4; j++) {
    const column = rows.map((row) => row.x[j]);
    const mean = column.reduce((a, b) => a + b) / column.length;
    const sd = Math.sqrt(column.reduce((a, b) => a + (b - mean) ** 2, 0) / column.length);
    for (const row of rows) row.x[j] = (row.x[j] - mean) / sd;
  }
}

const distance = (a, b) =>
  a.reduce((sum, value, j) => sum + Math.abs(value - b[j]) ** power, 0) ** (1 / power);

function told(row) {
  const near = rows.filter((other) => other !== row)
    .map((other) => ({ far: distance(row.x, other.x), species: other.species }))
    .sort((a, b) => a.far - b.far).slice(0, k);
  const votes = {};
  for (const { far, species } of near)
    votes[species] = (votes[species] || 0) + (weights === "distance" ? 1 / (far + 1e-9) : 1);
  return Object.entries(votes).sort((a, b) => b[1] - a[1])[0][0];
}

const right = rows.filter((row) => told(row) === row.species).length;
fs.writeFileSync(process.env.AYAR_RESULT, JSON.stringify({ accuracy: right / rows.length, right }));
