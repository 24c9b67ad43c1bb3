/** How many times the clock is read; enough for a steady mean, a fraction of a second in all. */
const READS = 1_000_000;

// The physical floor: a record costs at least one reading of the monotonic clock.
let last = 0n;
const start = process.hrtime.bigint();
for (let i = 0; i < READS; i++) last = process.hrtime.bigint();
process.stdout.write(`process.hrtime.bigint(): ${(Number(last - start) / READS).toFixed(1)} ns a call\n`);
