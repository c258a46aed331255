import type { IDataObject } from 'n8n-workflow';
import type { OpenedCallback } from '../shared/callback/envelope';

/** The payload as in WeCom's documentation, and under `wecom` what this node knows about it; `facts` come on top of that. */
export function callbackItem(opened: OpenedCallback, facts: IDataObject = {}): IDataObject {
	const { payload, classification, receiveId, envelope, payment, notWellFormed, raw } = opened;
	const { family, kind, event, changeType, known } = classification;
	const { company } = facts as { company?: IDataObject };
	return {
		...(payload as IDataObject),
		...(company && { AuthCorpId: company.corpId }),
		...(payment?.ok && { payment: payment.value as IDataObject }),
		wecom: {
			family,
			kind,
			...(event ? { event } : {}),
			...(changeType ? { changeType } : {}),
			known,
			...(notWellFormed && { notWellFormed }),
			...(raw !== undefined && { raw }),
			receiveId,
			...(envelope.agentId ? { agentId: envelope.agentId } : {}),
			receivedAt: new Date().toISOString(),
			...(payment && !payment.ok && { paymentUnread: payment.reason }),
			...facts,
		},
	};
}
