/**
 * Judges of histories: each knows some promises of reliability 1.2 to 1.5 and shows the smallest
 * part of a history that breaks one. None of them knows how a cluster works inside.
 */
@NullMarked
package dev.keelson.chaos.checkers;

import org.jspecify.annotations.NullMarked;
