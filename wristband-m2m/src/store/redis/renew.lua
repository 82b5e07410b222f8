-- KEYS: token, lease, failed, renewals
-- ARGV: lease, life
local lease = redis.call('GET', KEYS[2])
if lease and string.sub(lease, 1, 16) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
return 0
