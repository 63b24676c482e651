using Microsoft.Extensions.Options;

namespace ServerlessInference.Vision.Detection;

/// <summary>Validates each setting on its own, with source-generated code.</summary>
[OptionsValidator]
internal sealed partial class DetectionOptionsValidator : IValidateOptions<DetectionOptions>;
