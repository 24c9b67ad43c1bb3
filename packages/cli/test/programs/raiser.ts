// raiser.ts <exit | stay | stuck | tick>: declares the components of the listings of EXOS, raises the INCIDENTS of the
// environment, [condition, ...parameters] each, and ends, stays, hangs its event loop, or raises them every 20 ms.
// raiser.ts former: raises a condition of theirs by the name that it had once.
import { ExosLogger } from '@tracebuf/exos-log';

const [, , end] = process.argv;

if (end === 'former') {
  new ExosLogger('STP', 'Spanning-Tree Protocol (STP)', { formatVersion: 1 })
    .addSubComponent('InBPDU', 'STP In BPDU subcomponent')
    .addCondition('InBPDU.Unequal', 'Unequal')
    .register()
    .InBPDU.Unequal();
  process.stdout.write('raised\n');
  process.exit();
}

const stp = new ExosLogger('STP', 'Spanning-Tree Protocol (STP)', {
  formatVersion: 1,
  contentVersion: 3,
  factoryThreshold: 'error',
})
  .addSubComponent('InBPDU', 'STP In BPDU subcomponent', { factoryThreshold: 'warning' })
  .addSubComponent('OutBPDU', 'STP Out BPDU subcomponent', { factoryThreshold: 'warning' })
  .addSubComponent('System', 'STP System subcomponent', { factoryThreshold: 'error' })
  .addCondition('InBPDU.Drop', 'Port %port%: dropped, %reason%', {
    params: [{ name: 'port', type: 'port', role: 'ingress' }, 'reason'],
    severity: 'error',
    cause: 'A BPDU was malformed.',
    action: 'Check the neighbour.',
  })
  .addCondition('InBPDU.Dump', '%a% %b% %c%', { severity: 'debug-data' })
  .addCondition('InBPDU.Trace', '%a% %b%', { severity: 'debug-verbose' })
  .addCondition('InBPDU.Ign', '%a% %b%', { severity: 'debug-summary' })
  .addCondition('InBPDU.Mismatch', 'From %peer%: %reason%', {
    params: [{ name: 'peer', type: 'ipaddress', role: 'source' }, 'reason'],
    severity: 'warning',
    aliases: ['Unequal'],
  })
  .addCondition('System.Fail', 'System failed', { severity: 'error' })
  .addCondition('System.Odd', 'System is odd', { severity: 'warning' })
  .register();
const sntp = new ExosLogger('SNTP', 'Network time', { formatVersion: 1 })
  .addCondition('Login', 'User %user% came', { severity: 'info' })
  .addCondition('Numbered', 'Number %n%', { params: [{ name: 'n', type: 'number' }], severity: 'warning' })
  .register();

const methods: Readonly<Record<string, (...values: never[]) => void>> = {
  'InBPDU.Drop': stp.InBPDU.Drop,
  'InBPDU.Ign': stp.InBPDU.Ign,
  'InBPDU.Mismatch': stp.InBPDU.Mismatch,
  'System.Fail': stp.System.Fail,
  'System.Odd': stp.System.Odd,
  Login: sntp.Login,
  Numbered: sntp.Numbered,
};
const incidents = JSON.parse(process.env.INCIDENTS ?? '[]') as readonly (readonly [string, ...never[]])[];
function raise(): void {
  for (const [condition, ...values] of incidents) methods[condition]?.(...values);
}

raise();
process.stdout.write('raised\n');
if (end === 'stay') setInterval(() => {}, 1000);
if (end === 'tick') setInterval(raise, 20);
if (end === 'stuck') for (;;) raise();
