import { declaredNodes } from '../../support/declared.cts';

/** n8n's editor hides every parameter that a field of the authentication is shown by. */
it.each(declaredNodes().map(({ description }) => [description.name, description] as const))(
	'%s: what credentials are shown by does not hide Resource or Operation in the editor',
	(_name, { credentials = [], properties }) => {
		const fields = credentials.flatMap(({ displayOptions }) =>
			Object.keys(displayOptions?.show ?? {}),
		);
		const hidden = properties
			.filter(({ name }) => fields.includes(name))
			.flatMap(({ displayOptions }) => Object.keys(displayOptions?.show ?? {}));
		expect(hidden.filter((name) => ['resource', 'operation'].includes(name))).toEqual([]);
	},
);
