#!lua
-- Tokens spent of a day's budgets, one player's and the whole store's.
--
-- KEYS   the store's counter of the day, the player's.
-- ARGV   tokens to take (negative: to give back), the store's budget, the player's; ms that a counter is kept;
--        '1' where they are spent already, and only counted.
-- Reply  'TAKEN', or 'STORE' or 'PLAYER' where it would go beyond that budget: then nothing is taken.
local tokens, kept_ms = tonumber(ARGV[1]), tonumber(ARGV[4])
if ARGV[5] ~= '1' then
  if tonumber(redis.call('GET', KEYS[1]) or '0') + tokens > tonumber(ARGV[2]) then return 'STORE' end
  if tonumber(redis.call('GET', KEYS[2]) or '0') + tokens > tonumber(ARGV[3]) then return 'PLAYER' end
end
for n = 1, 2 do
  redis.call('INCRBY', KEYS[n], tokens)
  redis.call('PEXPIRE', KEYS[n], kept_ms)
end
return 'TAKEN'
