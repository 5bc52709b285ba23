import { callService } from './call-service.ts';
import { type Command, UsageRefusal } from './command.ts';
import type { DeliveryLine } from './deliveries.ts';

export const replay: Command = {
  usage: 'DELIVERY',
  summary: 'plans a stored delivery anew, as a delivery of its own',
  async run([deliveryId]) {
    if (!deliveryId) {
      throw new UsageRefusal(
        'usage',
        `wanted: the id of a delivery, as \`hookline deliveries\` shows it; hookline replay ${replay.usage}`,
      );
    }
    const by = process.env['SUDO_USER'] ?? process.env['USER'] ?? 'operator';
    const response = await callService(`/api/v1/deliveries/${encodeURIComponent(deliveryId)}/replay`, { by });
    const delivery = (await response.json()) as DeliveryLine;
    console.log(`delivery ${delivery.id} is the replay of ${deliveryId}, and is about to be planned`);
    return 0;
  },
};
