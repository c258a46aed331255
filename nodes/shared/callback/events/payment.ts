import type { KindTable } from './kinds';

/** Notices of external payment (对外收款), JSON or XML; no page says what to answer (doc 97478). */
export const paymentEvents: KindTable = {
	family: 'payment',
	groups: [
		{
			event: 'REFUND',
			name: 'External Payment: Any Refund Change',
			description: 'A refund of an external payment succeeded, failed or was closed',
		},
	],
	kinds: [
		{
			on: 'payment/NORMALPAY/TRANSACTION.SUCCESS',
			name: 'External Payment: Paid',
			description: 'A customer paid; the decrypted order is in payment',
			answer: 'E',
			doc: 97335,
		},
		{
			on: 'payment/COMBINEPAY/TRANSACTION.SUCCESS',
			name: 'External Payment: Combined Order Paid',
			description: 'A customer paid several orders at once; the decrypted orders are in payment',
			answer: 'E',
			doc: 97335,
		},
		{
			on: 'payment/REFUND/REFUND.SUCCESS',
			name: 'External Payment: Refunded',
			description: 'A refund reached the customer; the decrypted refund is in payment',
			answer: 'E',
			doc: 97338,
		},
		{
			on: 'payment/REFUND/REFUND.ABNORMAL',
			name: 'External Payment: Refund Failed',
			description: 'A refund could not be paid out; the decrypted refund is in payment',
			answer: 'E',
			doc: 97338,
		},
		{
			on: 'payment/REFUND/REFUND.CLOSED',
			name: 'External Payment: Refund Closed',
			description: 'A refund was closed; the decrypted refund is in payment',
			answer: 'E',
			doc: 97338,
		},
	],
};
