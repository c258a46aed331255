/** An in-memory stand-in for n8n's CredentialsHelper: same algorithm as n8n 2.41's credentials-helper, a plain object as database. */
import './harness-env.cts';
import { Credentials } from 'n8n-core';
import {
	ICredentialsHelper,
	isExpression,
	NodeHelpers,
	type ICredentialDataDecryptedObject,
	type ICredentials,
	type ICredentialType,
	type IHttpRequestHelper,
	type IHttpRequestOptions,
	type INode,
	type INodeCredentialsDetails,
	type INodeParameters,
	type INodeProperties,
	type IRequestOptionsSimplified,
	type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

/** Stored credential data by credential id; what a run persists is found in here afterwards. */
export type CredentialStore = Record<string, ICredentialDataDecryptedObject>;

export class CredHelper extends ICredentialsHelper {
	/** How often a credential was written. */
	writes = 0;

	/** How often a credential was read from the "database". */
	reads = 0;

	private readonly types: Record<string, ICredentialType>;

	constructor(
		types: ICredentialType[],
		readonly store: CredentialStore,
	) {
		super();
		this.types = Object.fromEntries(types.map((type) => [type.name, type]));
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	getCredentialsProperties(type: string): INodeProperties[] {
		return this.type(type).properties;
	}

	async getCredentials(
		nodeCredentials: INodeCredentialsDetails,
		type: string,
	): Promise<ICredentials> {
		return new Credentials({ id: nodeCredentials.id ?? null, name: nodeCredentials.name }, type);
	}

	/** As in n8n only declared (and displayed) fields come out, with their defaults. Expressions in credentials are not resolved here. */
	async getDecrypted(
		_data: IWorkflowExecuteAdditionalData,
		nodeCredentials: INodeCredentialsDetails,
		type: string,
	): Promise<ICredentialDataDecryptedObject> {
		this.reads++;
		const stored = structuredClone(this.stored(nodeCredentials)) as INodeParameters;
		return NodeHelpers.getNodeParameters(
			this.type(type).properties,
			stored,
			true,
			false,
			null,
			null,
		) as ICredentialDataDecryptedObject;
	}

	async updateCredentials(
		nodeCredentials: INodeCredentialsDetails,
		_type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<void> {
		this.writes++;
		this.store[nodeCredentials.id ?? ''] = JSON.parse(
			JSON.stringify(data),
		) as ICredentialDataDecryptedObject;
	}

	async updateCredentialsOauthTokenData(): Promise<void> {}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		options: IHttpRequestOptions | IRequestOptionsSimplified,
	): Promise<IHttpRequestOptions> {
		const type = this.type(typeName);
		if (typeof type.authenticate === 'object')
			throw new Error(`${typeName}: the harness knows only authenticate functions`);
		return type.authenticate
			? await type.authenticate(credentials, options as IHttpRequestOptions)
			: (options as IHttpRequestOptions);
	}

	async preAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		node: INode,
		expired: boolean,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		const type = this.type(typeName);
		const guard = type.properties.find(
			(property) => property.type === 'hidden' && property.typeOptions?.expirable === true,
		)?.name;
		if (guard === undefined || !type.preAuthentication) return undefined;
		if (credentials[guard] !== '' && !expired) return undefined;
		const output = (await type.preAuthentication.call(
			helpers,
			credentials,
		)) as ICredentialDataDecryptedObject;
		const details = node.credentials?.[typeName];
		if (output[guard] === undefined || !details) return undefined;
		const kept = { ...this.stored(details) };
		for (const [key, value] of Object.entries(output)) {
			if (key === guard || !isExpression(kept[key])) kept[key] = value;
		}
		await this.updateCredentials(details, typeName, kept);
		return Object.assign(credentials, output);
	}

	async runPreAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		return (await this.type(typeName).preAuthentication?.call(helpers, credentials)) as
			| ICredentialDataDecryptedObject
			| undefined;
	}

	private type(name: string): ICredentialType {
		const type = this.types[name];
		if (!type) throw new Error(`The test gave no credential type ${name}`);
		return type;
	}

	private stored({ id, name }: INodeCredentialsDetails): ICredentialDataDecryptedObject {
		const data = this.store[id ?? ''];
		if (!data) throw new Error(`The test stored no credential with id ${id} (${name})`);
		return data;
	}
}

/** n8n's database is locked: nothing that matches is written until the result is called, and `jest.restoreAllMocks` undoes it. */
export function lockStore(when: (written: string) => boolean = () => true): () => void {
	let locked = true;
	const write = CredHelper.prototype.updateCredentials;
	jest.spyOn(CredHelper.prototype, 'updateCredentials').mockImplementation(async function (
		this: CredHelper,
		...args: Parameters<typeof write>
	) {
		if (locked && when(JSON.stringify(args[2]))) throw new Error('SQLITE_BUSY: database is locked');
		await write.apply(this, args);
	});
	return () => (locked = false);
}
