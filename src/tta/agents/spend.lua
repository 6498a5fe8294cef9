#!lua
-- Tokens spent of a day's budgets, one player's and the whole store's. A call of it counts once, however often
-- it is run: its reply may be lost, and it is sent again then.
--
-- KEYS   the store's counter of the day, the player's, and what remembers this very call.
-- ARGV   tokens to take (negative: to give back), the store's budget, the player's; ms that a counter is kept;
--        '1' where they are spent already, and only counted; ms that the call is remembered.
-- Reply  'TAKEN', or 'STORE' or 'PLAYER' where it would go beyond that budget: then nothing is taken.
local tokens, kept_ms = tonumber(ARGV[1]), tonumber(ARGV[4])
if redis.call('EXISTS', KEYS[3]) == 1 then return 'TAKEN' end
if ARGV[5] ~= '1' then
  if tonumber(redis.call('GET', KEYS[1]) or '0') + tokens > tonumber(ARGV[2]) then return 'STORE' end
  if tonumber(redis.call('GET', KEYS[2]) or '0') + tokens > tonumber(ARGV[3]) then return 'PLAYER' end
end
redis.call('SET', KEYS[3], '1', 'PX', ARGV[6])
for n = 1, 2 do
  redis.call('INCRBY', KEYS[n], tokens)
  redis.call('PEXPIRE', KEYS[n], kept_ms)
end
return 'TAKEN'
