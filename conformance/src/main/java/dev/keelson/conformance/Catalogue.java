package dev.keelson.conformance;

import dev.keelson.conformance.cases.AccountCases;
import dev.keelson.conformance.cases.AlarmCases;
import dev.keelson.conformance.cases.ClusterCases;
import dev.keelson.conformance.cases.CompactionCases;
import dev.keelson.conformance.cases.CompareCases;
import dev.keelson.conformance.cases.ElectionCases;
import dev.keelson.conformance.cases.HeaderCases;
import dev.keelson.conformance.cases.KubernetesCases;
import dev.keelson.conformance.cases.KubernetesWatchCases;
import dev.keelson.conformance.cases.LearnerCases;
import dev.keelson.conformance.cases.LeaseCases;
import dev.keelson.conformance.cases.LeaseClockCases;
import dev.keelson.conformance.cases.LeasedKeyCases;
import dev.keelson.conformance.cases.LimitCases;
import dev.keelson.conformance.cases.LockCases;
import dev.keelson.conformance.cases.PermissionCases;
import dev.keelson.conformance.cases.PutCases;
import dev.keelson.conformance.cases.QuotaCases;
import dev.keelson.conformance.cases.RangeCases;
import dev.keelson.conformance.cases.RangeOptionCases;
import dev.keelson.conformance.cases.RangeStreamCases;
import dev.keelson.conformance.cases.TokenCases;
import dev.keelson.conformance.cases.TxnCases;
import dev.keelson.conformance.cases.TxnValidationCases;
import dev.keelson.conformance.cases.WatchAccessCases;
import dev.keelson.conformance.cases.WatchCreateCases;
import dev.keelson.conformance.cases.WatchEndCases;
import dev.keelson.conformance.cases.WatchEventCases;
import dev.keelson.conformance.cases.WatchHistoryCases;
import dev.keelson.conformance.cases.WatchProgressCases;
import java.util.List;
import java.util.stream.Stream;

/** All cases, in the order of the specification's sections. */
public final class Catalogue {
  private Catalogue() {}

  public static List<Case> all() {
    return Stream.of(
            HeaderCases.cases(),
            RangeCases.cases(),
            RangeOptionCases.cases(),
            RangeStreamCases.cases(),
            PutCases.cases(),
            LeasedKeyCases.cases(),
            CompareCases.cases(),
            TxnCases.cases(),
            TxnValidationCases.cases(),
            CompactionCases.cases(),
            WatchCreateCases.cases(),
            WatchEventCases.cases(),
            WatchEndCases.cases(),
            WatchHistoryCases.cases(),
            WatchProgressCases.cases(),
            WatchAccessCases.cases(),
            LeaseCases.cases(),
            LeaseClockCases.cases(),
            LockCases.cases(),
            ElectionCases.cases(),
            LimitCases.cases(),
            AlarmCases.cases(),
            QuotaCases.cases(),
            ClusterCases.cases(),
            LearnerCases.cases(),
            KubernetesCases.cases(),
            KubernetesWatchCases.cases(),
            AccountCases.cases(),
            TokenCases.cases(),
            PermissionCases.cases())
        .flatMap(List::stream)
        .toList();
  }
}
