package dev.keelson.server.space;

/**
 * How large the store may grow.
 *
 * @param limitBytes {@code Long.MAX_VALUE} for no limit
 * @param reportedBytes what Status tells
 */
public record QuotaRule(long limitBytes, long reportedBytes) {
  // Beside the store there must be room for the files that the engine rewrites, for the log, and
  // for a whole second store while a snapshot is received (docs/adr/0011).
  private static final long SHARE_NUMERATOR = 2;
  private static final long SHARE_DENOMINATOR = 5;

  /**
   * The rule for a setting.
   *
   * @param configuredBytes 0 for what fits the disk, negative for no limit
   * @param diskBytes size of the disk
   */
  public static QuotaRule of(long configuredBytes, long diskBytes) {
    if (configuredBytes < 0) {
      return new QuotaRule(Long.MAX_VALUE, configuredBytes);
    }
    long limit =
        configuredBytes > 0 ? configuredBytes : diskBytes / SHARE_DENOMINATOR * SHARE_NUMERATOR;
    return new QuotaRule(limit, limit);
  }
}
