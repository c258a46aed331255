/** What is known about one WeCom error code (doc 90313). */
export interface ErrorFacts {
	/** What happened, in English. */
	what: string;
	/** What to do about it. */
	todo: string;
	class:
		| 'transient'
		| 'rate'
		| 'token'
		| 'ip'
		| 'param'
		| 'permission'
		| 'quota'
		| 'config'
		| 'not_found'
		| 'license'
		| 'other';
}

type Row = [what: string, todo: string, errorClass: ErrorFacts['class']];

/** Looks a code up. The table (some 1,600 codes) is loaded with the first failure, not with the nodes. */
export async function lookUpError(errcode: number): Promise<ErrorFacts | undefined> {
	const { default: table } = await import('./errorTable.json');
	const row = (table as unknown as Record<string, Row>)[String(errcode)];
	return row && { what: row[0], todo: row[1], class: row[2] };
}
