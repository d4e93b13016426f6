package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.ReadOptions;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;

/** Accounts whose sum is always the same, in every read of all of them (I23). */
public final class BankChecker implements Checker {
  private final KeyRange accounts;
  private final long total;

  public BankChecker(KeyRange accounts, long total) {
    this.accounts = accounts;
    this.total = total;
  }

  @Override
  public boolean needsLog() {
    return false;
  }

  @Override
  public void check(Ledger ledger, Findings findings) {
    long reads = 0;
    for (Operation operation : ledger.history().operations()) {
      if (operation.request() instanceof Request.Range(KeyRange keys, ReadOptions options)
          && keys.equals(accounts)
          && options.limit() == 0
          && !options.countOnly()
          && !options.keysOnly()
          && operation.outcome() instanceof Outcome.Ok(_, _, Response.Range read)
          && !read.versions().isEmpty()) {
        reads++;
        long sum =
            read.versions().stream().mapToLong(version -> Values.number(version.value())).sum();
        if (sum != total) {
          findings.violation("bank-total", "%d of %d".formatted(sum, total), operation);
        }
      }
    }
    findings.checked("bank reads", reads);
    if (reads == 0) {
      findings.gap("nobody read all accounts");
    }
  }
}
