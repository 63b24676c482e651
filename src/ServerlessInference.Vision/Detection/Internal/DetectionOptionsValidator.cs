using Microsoft.Extensions.Options;

namespace ServerlessInference.Vision.Detection.Internal;

/// <summary>Checks single settings; generated, without reflection.</summary>
[OptionsValidator]
internal sealed partial class DetectionOptionsValidator : IValidateOptions<DetectionOptions>;
