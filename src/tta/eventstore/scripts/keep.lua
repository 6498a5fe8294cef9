#!lua
-- Keep snapshots of aggregates, all or nothing: a version that is kept already is never replaced.
--
-- KEYS   per snapshot its aggregate's hash.
-- ARGV   per snapshot its version and its bytes, which begin with a token of this very call.
-- Reply  {'OK'}, {'AGAIN'} when this very call was made before, or {'CONFLICT', key, version}.
local same, taken = true, nil
for n = 1, #KEYS do
  local held = redis.call('HGET', KEYS[n], ARGV[n * 2 - 1])
  if held ~= ARGV[n * 2] then same = false end
  if held and not taken then taken = n end
end
if taken and not same then return {'CONFLICT', KEYS[taken], ARGV[taken * 2 - 1]} end
for n = 1, #KEYS do redis.call('HSET', KEYS[n], ARGV[n * 2 - 1], ARGV[n * 2]) end
return {taken and 'AGAIN' or 'OK'}
