/** What the cache in Redis runs there, by name. Every key of one call lies in one slot of a cluster. */
export const sharedScripts = {
  /** The head, and for each entry its value and the last changes of its keys: one round trip, one moment. */
  cardeaRead: {
    lua: `
  local answer = { redis.call('HGET', KEYS[1], 'head') or false }
  for i = 2, #KEYS do
    local value = redis.call('GET', KEYS[i])
    local found = { value or false }
    if value then
      local stop = string.find(value, '\\n\\n', 1, true)
      if stop then
        for dependency in string.gmatch(string.sub(value, 1, stop - 1), '[^\\n]+') do
          found[#found + 1] = redis.call('HGET', KEYS[1], 'k:' .. dependency) or false
        end
      end
    end
    answer[i] = found
  end
  return answer`,
  },

  /** Brings the hash forward, or begins it anew, only from the head that was seen: who comes second changes nothing. */
  cardeaForward: {
    lua: `
  local head = redis.call('HGET', KEYS[1], 'head') or ''
  if head ~= ARGV[1] then return 0 end
  if ARGV[3] == '1' then redis.call('DEL', KEYS[1]) end
  redis.call('HSET', KEYS[1], 'head', ARGV[2])
  for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
  redis.call('EXPIRE', KEYS[1], ARGV[4])
  return redis.call('HLEN', KEYS[1])`,
  },
} as const;

/** The scripts as a client offers them. */
export interface SharedScripts {
  cardeaRead(keys: number, ...args: string[]): Promise<unknown>;
  cardeaForward(keys: number, ...args: (string | number)[]): Promise<number>;
}
