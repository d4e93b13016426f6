/**
 * What a member tells of itself at GET /metrics: one class for each area, over numbers that belong
 * to the stages. Nothing here runs unless somebody asks.
 */
@NullMarked
package dev.keelson.server.metrics;

import org.jspecify.annotations.NullMarked;
