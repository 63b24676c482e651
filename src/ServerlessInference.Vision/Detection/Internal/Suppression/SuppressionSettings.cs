namespace ServerlessInference.Vision.Detection.Suppression;

/// <summary>The thresholds and limits of suppression.</summary>
/// <param name="IouThreshold">The overlap up to which boxes are kept; <see langword="null"/> keeps all boxes.</param>
/// <param name="ClassAgnostic">Whether boxes of different classes suppress each other.</param>
/// <param name="MaxDetections">The maximum number of boxes to keep, above 0.</param>
/// <param name="MaxCandidates">The maximum number of boxes to consider, in descending order of score.</param>
internal readonly record struct SuppressionSettings(float? IouThreshold, bool ClassAgnostic, int MaxDetections, int MaxCandidates);
