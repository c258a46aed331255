export interface StoredCompany {
	suiteId: string;
	permanentCode: string;
	agentId?: string;
	name?: string;
	changedAt?: number;
}

/** The companies that a "WeCom Suite API" credential stores, by Corp ID, without those that were forgotten. */
export function storedCompanies(text: string | undefined): Record<string, StoredCompany> {
	const all = JSON.parse(text || '{}') as Record<string, StoredCompany>;
	return Object.fromEntries(Object.entries(all).filter(([, { permanentCode }]) => permanentCode));
}
