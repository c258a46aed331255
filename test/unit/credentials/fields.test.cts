import type { ICredentialType } from 'n8n-workflow';

const { n8n }: { n8n: { credentials: string[] } } = require('../../../package.json');

/** Every credential type the package declares. */
const types = n8n.credentials.map((built): ICredentialType => {
	const source = built.replace(/^dist\//, '').replace(/\.js$/, '');
	const name = source.replace(/^.*\/(\w+)\.credentials$/, '$1');
	return new (require(`../../../${source}`) as Record<string, new () => ICredentialType>)[name]();
});

it.each(types.map((type) => [type.name, type] as const))(
	'%s has text in every field that n8n blanks out: older n8n answers 500 for all credentials otherwise',
	(_name, { properties }) => {
		for (const { name, default: value, typeOptions } of properties)
			if (typeOptions?.password) expect([name, typeof value]).toEqual([name, 'string']);
	},
);
