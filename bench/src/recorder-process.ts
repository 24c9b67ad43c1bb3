// Records one process until that ends: node recorder-process.ts <database> <pid>
import { setTimeout as sleep } from 'node:timers/promises';
import { Recorder } from '@tracebuf/sqlite';

const [, , database = '', pid = ''] = process.argv;
const parent = process.ppid;
const recorder = new Recorder(database, { wants: (entry) => entry.pid === Number(pid) });
process.stdout.write('ready\n');
while (process.ppid === parent) if (recorder.round() === 0) await sleep(50);
