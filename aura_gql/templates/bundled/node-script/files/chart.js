/** The rows below the header of a `label,value` file. */
export function parseCsv(text) {
  return text
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => {
      const [label, value] = line.split(',');
      return { label, value: Number(value) };
    });
}

/** One line for each row, its bar scaled so that the greatest value is `width` wide. */
export function barChart(rows, width = 40) {
  const greatest = Math.max(...rows.map((row) => row.value));
  const margin = Math.max(...rows.map((row) => row.label.length));
  return rows
    .map(({ label, value }) => {
      const bar = '█'.repeat(Math.round((value / greatest) * width));
      return `${label.padEnd(margin)} ${bar} ${value}`;
    })
    .join('\n');
}
