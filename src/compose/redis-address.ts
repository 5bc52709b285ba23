export { parseRedisUrl as redisAddress, redisUrlOfSocket } from '../redis/parse-redis-url.ts';
