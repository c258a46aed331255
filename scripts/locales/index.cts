/** `npm run locales`: adds to the table what the package has come to say, with nothing beside it yet, and removes what it no longer says. */
import { compare, neededTexts, readTable, TABLE, writeTable } from './table.cts';

const needed = neededTexts();
const table = readTable();
const { missing, dead } = compare(needed, table);
for (const text of dead) delete table[text];
for (const text of missing) table[text] = '';
writeTable(table);
console.log(
	`${TABLE}: ${needed.size} texts, ${dead.length} removed, ${missing.length} without words:`,
);
for (const text of missing) console.log(`  ${JSON.stringify(text)} (${needed.get(text)![0]})`);
