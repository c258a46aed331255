/** The table of budgets and measurements. */

export interface Row {
	what: string;
	/** Empty for a number that is printed for information only. */
	budget: string;
	measured: string;
	ok?: boolean;
}

export function atMost(what: string, value: number, budget: number, unit: string, digits = 0): Row {
	return {
		what,
		budget: `<= ${format(budget)} ${unit}`,
		measured: `${format(value, digits)} ${unit}`,
		ok: value <= budget,
	};
}

export function atLeast(
	what: string,
	value: number,
	budget: number,
	unit: string,
	digits = 2,
): Row {
	return {
		what,
		budget: `>= ${format(budget)} ${unit}`,
		measured: `${format(value, digits)} ${unit}`,
		ok: value >= budget,
	};
}

export function information(what: string, measured: string): Row {
	return { what, budget: '', measured };
}

export function format(value: number, digits?: number): string {
	return value.toLocaleString('en', {
		minimumFractionDigits: digits,
		maximumFractionDigits: digits ?? 3,
	});
}

export function table(rows: Row[]): string {
	const cells = [
		['', 'budget', 'measured', ''],
		...rows.map(({ what, budget, measured, ok }) => [
			what,
			budget,
			measured,
			ok === undefined ? '' : ok ? 'ok' : 'FAIL',
		]),
	];
	const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column].length)));
	const lines = cells.map((row) =>
		row
			.map((cell, column) =>
				column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column] ?? 0),
			)
			.join('  ')
			.trimEnd(),
	);
	return `${lines.join('\n')}\n`;
}
